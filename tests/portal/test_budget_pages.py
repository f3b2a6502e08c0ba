# SPDX-License-Identifier: Apache-2.0
"""The error budget of nation and device, and the baseline that a person sets."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Final

import msgspec
import pytest

from nadzor.actions.error_budget import kept_budget
from nadzor.base import clock
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.national import Evidence
from nadzor.register.baselines import baselines
from tests.unit.vigilance.signals import file_signal

LANGUAGES: Final = ("ru", "en")
CHARTS: Final = "/devices/ai-001/charts/"
SET: Final = "/devices/ai-001/baselines/"


def text(answer, status=200):
    """A page as read."""
    assert answer.status_code == status, answer.content[:400]
    return unescape(answer.content.decode())


@pytest.fixture
def heard(house):
    """A budget with one stream that survives and one that does not; the town's own stands again after it."""
    before = house.budget.read_bytes()
    kept = kept_budget(house)
    streams = [("ai-001", 2e9, True), ("ai-003", 40.0, False)]
    evidence = [
        Evidence(
            detector="failure_cusum", device=device, version="", e_value=size, needed=5000.0,
            survives=survives, source="alarm_rate", fingerprints=["f"],
        )
        for device, size, survives in streams
    ]  # fmt: skip
    house.budget.write_bytes(msgspec.json.encode(msgspec.structs.replace(kept, evidence=evidence)))
    yield
    house.budget.write_bytes(before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_account_says_what_it_means(client_of, heard, language):
    """The promise in a sentence, a line for every detector, what survives, what each device has cost."""
    page = text(client_of("inspector", language).get("/detectors/budget/"))
    said = {"ru": ("не больше одной ложной тревоги", "выдерживает", "пока нет", "больше 1"),
            "en": ("at most one false alarm", "survives", "not yet", "over 1,000,000")}  # fmt: skip
    assert all(word in page for word in said[language])
    assert all(f'href="/detectors/{name}/"' in page for name in DETECTORS)
    assert all(f'href="/devices/{code}/charts/#budget"' in page for code in ("ai-001", "ai-002", "ai-003"))


def test_a_maker_reads_of_its_own_devices(client_of, heard):
    """The sums of the nation are everybody's; devices of others are not named."""
    page = text(client_of("manufacturer_admin", "en").get("/detectors/budget/"))
    assert "/devices/ai-001/charts/" in page and "/devices/ai-003/charts/" not in page
    assert client_of(None).get("/detectors/budget/").status_code == 302


def test_before_the_first_run_there_is_no_account(client_of, house):
    """The pages say so instead of showing noughts."""
    kept = house.budget.read_bytes()
    house.budget.unlink()
    try:
        client = client_of("inspector", "en")
        assert "No account yet" in text(client.get("/detectors/budget/"))
        assert "first run of the detectors" in text(client.get(CHARTS))
        assert "May raise in vain" in text(client.get("/detectors/"))
    finally:
        house.budget.write_bytes(kept)


@pytest.mark.parametrize(
    ("device", "said"),
    [("ai-001", "even so"), ("ai-003", "does not survive yet"), ("ai-002", "no alarm stands now")],
)
def test_a_card_says_whether_its_evidence_survives(client_of, heard, device, said):
    """Surviving or not, no legal act leans on a signal alone; what no longer stands says that."""
    row = file_signal(device=device, kind="failure.rise", version="", site="")
    page = text(client_of("inspector", "en").get(f"/signals/{row.pk}/"))
    assert said in page
    assert ("may not lean on the signal alone" in page) == (device != "ai-002")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_baseline_is_set_on_grounds(client_of, language):
    """Before it the rule for every device, after it the window, its author and grounds, and a history."""
    client = client_of("inspector", language)
    rule = {"ru": "правило для всех изделий", "en": "the rule for every device"}[language]
    assert rule in text(client.get(CHARTS))
    last = clock.today() - timedelta(days=20)
    asked = {"first": str(last - timedelta(days=40)), "last": str(last), "because": "an ordinary summer"}
    assert client.post(SET, asked).url == CHARTS + "#baseline"
    page = text(client.get(CHARTS))
    assert rule not in page and page.count("an ordinary summer") == 2
    (card,) = baselines("ai-001")
    assert (card.after - card.first).days == 41 and card.by == "inspector"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last": ""}, "last"),
        ({"first": "spring"}, "first"),
        ({"first": "2026-08-20"}, "last"),
        ({"last": "9999-12-31"}, "last"),
        ({"because": " "}, "because"),
        ({"because": "x" * 4001}, "because"),
    ],
)
def test_a_refused_form_comes_back_as_it_was_typed(client_of, changed, field):
    """What is wrong stands beside its field and above the page; nothing was set."""
    asked = {"first": "2026-07-01", "last": "2026-08-31", "because": "an ordinary summer"} | changed
    page = text(client_of("inspector", "en").post(SET, asked), 422)
    assert re.findall(r'class="error" id="(\w+)-error"', page) == [field]
    assert f'href="#{field}"' in page and asked["first"] in page
    assert baselines("ai-001") == []


@pytest.mark.parametrize("role", ["manufacturer_admin", "auditor", "registrar"])
def test_nobody_else_sets_a_baseline(client_of, role):
    """They see it and have no form; a posted one is refused."""
    client = client_of(role, "en")
    asked = {"first": "2026-07-01", "last": "2026-08-31", "because": "an ordinary summer"}
    assert client.post(SET, asked).status_code == 403
    assert SET not in text(client.get(CHARTS)) if role != "registrar" else baselines("ai-001") == []
