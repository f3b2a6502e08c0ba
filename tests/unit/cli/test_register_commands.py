# SPDX-License-Identifier: Apache-2.0
"""`nadzor register`: history, export, mirror, number and correction as a person types them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from nadzor.actions.create_home import create_home
from nadzor.base import clock
from tests.register_samples import device
from tests.register_samples import register as register_file
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(home, tmp_path):
    """A home whose register holds one device, corrected once."""
    house = create_home(home.root)
    (tmp_path / "register.json").write_bytes(register_file(device()))
    answer(house, "register", "import", tmp_path / "register.json")
    form = {"because": "A40-1/2026", "cause": "court", "status": "suspended"}
    (tmp_path / "form.json").write_text(json.dumps(form), "utf-8")
    told = answer(
        house, "register", "correct", "ai-901", tmp_path / "form.json", "--valid-from", "2026-01-01"
    )
    assert told == {"code": "ai-901", "editions": 1}
    return house


def test_history_tells_editions_or_one_day(registered):
    """A table of editions; with a day the whole entry, with a moment as it was known then."""
    told = answer(registered, "register", "history", "ai-901")
    assert [(one["number"], one["cause"]) for one in told] == [(1, "import"), (2, "court")]
    assert "court" in ask(registered, "register", "history", "ai-901").stdout
    stood = answer(registered, "register", "history", "ai-901", "--valid-on", "2026-02-01")
    assert stood["status"] == "suspended"
    assert (
        answer(registered, "register", "history", "ai-901", "--valid-on", "2025-12-31")["status"]
        == "registered"
    )
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    assert (
        answer(registered, "register", "history", "ai-901", "--known-at", tomorrow)["status"] == "suspended"
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--valid-on", "2020-01-01"), "register.not-held"),
        (("--valid-on", "yesterday"), "register.day"),
        (("--known-at", "noon"), "register.day"),
        (("--known-at", "2026-01-01T00:00:00"), "register.day"),
    ],
)
def test_a_day_that_cannot_be_answered_is_refused(registered, options, code):
    """Exit 2 and the code."""
    assert refused(ask(registered, "register", "history", "ai-901", *options)) == code


@pytest.mark.parametrize(("kind", "start"), [("csv", b"code,"), ("json", b'{"v":1'), ("xlsx", b"PK")])
def test_the_register_is_written_to_a_file(registered, tmp_path, kind, start):
    """In each format; the report says how much."""
    file = tmp_path / f"out.{kind}"
    told = answer(registered, "register", "export", file, "--format", kind)
    assert file.read_bytes().startswith(start)
    assert told["bytes"] == file.stat().st_size


def test_changes_are_written_to_a_file(registered, tmp_path):
    """After a cursor; an unknown format is refused and writes nothing."""
    file = tmp_path / "changes.csv"
    answer(registered, "register", "export", file, "--changes-after", 0)
    assert len(file.read_text("utf-8").splitlines()) == 3
    other = tmp_path / "x.pdf"
    assert (
        refused(ask(registered, "register", "export", other, "--format", "pdf")) == "register.export-format"
    )
    assert not other.exists()


def test_the_official_register_is_read_in(registered, tmp_path):
    """And a bad dump is refused with its code."""
    dump = tmp_path / "dump.json"
    dump.write_text(
        '{"v": 1, "entries": [{"number": "P3H 2025/90901", "status": "приостановлено"}]}', "utf-8"
    )
    assert answer(registered, "register", "sync", dump)["same"] == 1
    dump.write_text("{", "utf-8")
    assert refused(ask(registered, "register", "sync", dump)) == "mirror.file"


def test_the_official_number_is_entered(registered):
    """In its one spelling."""
    told = answer(registered, "register", "number", "ai-901", "№ P3H 2026/90977")
    assert told == {"code": "ai-901", "number": "РЗН 2026/90977"}


def test_a_correction_is_a_json_file(registered, tmp_path):
    """Anything else is refused."""
    (tmp_path / "bad.json").write_text("[", "utf-8")
    bad = ask(
        registered, "register", "correct", "ai-901", tmp_path / "bad.json", "--valid-from", "2026-01-01"
    )
    assert refused(bad) == "register.file"
