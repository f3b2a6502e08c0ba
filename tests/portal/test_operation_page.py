# SPDX-License-Identifier: Apache-2.0
"""The operator's page: numbers of the machine, stuck tasks said aloud, no data, nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest

from nadzor.base import clock
from nadzor.base.task_runs import TaskRun, TaskRuns
from nadzor.register import queries as register

OPERATION = "/operation/"


def note(home, name, **more):
    """Leave the note of a task that ran a moment ago."""
    now = clock.now()
    told = {"period_s": 15.0, "started_at": now, "ended_at": now, "seconds": 0.25, "runs": 3}
    TaskRuns(home.root).note(TaskRun(name=name, **(told | more)))


@pytest.mark.parametrize(
    "language, words", [("ru", "Как работает платформа"), ("en", "How the platform runs")]
)
def test_the_operator_sees_the_machine(client_of, house, language, words):
    """Lag, ages, disks, tasks, ledgers and versions; and it is the first page after signing in."""
    note(house, "directory")
    client = client_of("operator", language)
    page = client.get(OPERATION).content.decode()
    assert words in page and "SQLite" in page and "directory" in page
    assert client.get("/")["Location"] == OPERATION


def test_nothing_on_it_names_anybody(client_of, house):
    """No device, no installation, no site, no clinic, no maker."""
    page = client_of("operator", "en").get(OPERATION).content.decode()
    named = {card.id for card in register.installations()} | {card.site for card in register.installations()}
    named |= {text for card in register.devices() for text in (card.code, card.name_en, card.maker.code)}
    assert named and not [name for name in named if name in page]
    assert not re.search(r"\b[si]-[a-z0-9]{12}\b", page)


def test_a_stuck_task_and_a_failing_one_are_said(client_of, house):
    """By their state; of a failure the name of the exception and never its words."""
    long_ago = clock.now() - timedelta(hours=2)
    note(house, "refresh", started_at=long_ago, ended_at=None)
    note(house, "mail", fault="OSError", failures=2)
    page = client_of("operator", "en").get(OPERATION).content.decode()
    assert "stuck" in page and "OSError" in page and "failing: 1" in page


@pytest.mark.parametrize("role", ["clinic", "manufacturer_admin", "inspector", "head", "auditor", "expert"])
def test_others_have_no_such_page(client_of, role):
    """It is the operator's; the public signs in."""
    assert client_of(role).get(OPERATION).status_code == 403
    assert client_of().get(OPERATION).status_code == 302


@pytest.mark.parametrize(
    "address", ["/devices/", "/signals/", "/journal/", "/months/", "/clinic/", "/clinic-words/"]
)
def test_the_operator_reads_no_data(client_of, address):
    """Pages of data are closed to whoever runs the machine."""
    assert client_of("operator").get(address).status_code == 403


def test_metrics_are_for_this_machine_or_the_bearer(client_of, house):
    """The numbers in Prometheus text; through a proxy only with the token, else there is no such address."""
    note(house, "tiles")
    client = client_of()
    answer = client.get("/metrics")
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert (
        re.search(r"^nadzor_lag_seconds \d", text, re.M) and 'nadzor_task_runs_total{task="tiles"} 3' in text
    )
    assert not re.search(r"\b[si]-[a-z0-9]{12}\b|ai-0", text)
    proxied = {"x-forwarded-for": "203.0.113.7"}
    assert client.get("/metrics", headers=proxied).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404
    (house.keys / "metrics.token").write_text("word\n")
    try:
        assert client.get("/metrics", headers=proxied | {"authorization": "Bearer word"}).status_code == 200
        assert client.get("/metrics", headers=proxied | {"authorization": "Bearer "}).status_code == 404
    finally:
        (house.keys / "metrics.token").unlink()


@pytest.mark.parametrize("language, words", [("ru", "Последняя копия"), ("en", "Last backup")])
def test_it_says_how_old_the_last_backup_is(client_of, house, tmp_path, language, words):
    """None is an alarm; the age of one is said, and nothing of where it lies."""
    from nadzor.actions.copies.trace import FOLDER, LAST, Trace

    client, place = client_of("operator", language), house.root / FOLDER / LAST
    place.unlink(missing_ok=True)
    assert re.search(f"{words}.{{0,200}}—", client.get(OPERATION).content.decode(), re.S)
    place.parent.mkdir(exist_ok=True)
    told = Trace(
        name="n", taken_at=clock.now() - timedelta(hours=5), size=1, root="", checkpoint="", digest=""
    )
    place.write_bytes(msgspec.json.encode(told))
    page = client.get(OPERATION).content.decode()
    place.unlink()
    assert re.search(f"{words}.{{0,200}}>5", page, re.S)
