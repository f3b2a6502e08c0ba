# SPDX-License-Identifier: Apache-2.0
"""From a token to standing evidence: the SDK, a gateway, the sandbox, the test, months missed and excused."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.judge_stream import judge_stream
from nadzor.actions.note_outage import note_outage
from nadzor.actions.note_transmission import note_transmission
from nadzor.actions.refresh import refresh
from nadzor.base import clock
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor.people.queries import CONSOLE
from nadzor.receipts.certificate import open_certificate
from nadzor.records import notices
from nadzor.register import gate
from nadzor_wire.note import vkey
from tests.register_samples import device, register
from tests.unit.actions.gate_house import (
    DEVICE,
    MAKER,
    clinic_token,
    enrolled,
    judged_bench,
    open_gateway,
    sender,
    stand_on,
    study,
)

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _september(monkeypatch):
    stand_on(monkeypatch)
    import_register(register(device()), by=CONSOLE, now=clock.now())


def live(home, tmp_path, days):
    """Real studies of some days, one a day, from a clinic; loaded and rolled up."""
    token = clinic_token(home)
    with open_gateway(home) as address, sender(enrolled(home, token, address), tmp_path / "clinic") as client:
        for number, day in enumerate(days):
            study(client, number, at=day)
    refresh(home, now=clock.now())


def standing(now):
    """The gate as it stands at a moment."""
    return gate.gate(DEVICE, today=clock.moscow_date(now))


def month(card, text):
    """One month of a gate."""
    (found,) = [each for each in card.months if str(each.month) == text]
    return found


def test_a_maker_comes_from_a_token_to_standing_evidence_and_keeps_it(home, tmp_path, monkeypatch):
    """Test, certificate, real data, a whole month, a missed one, and our outage that excuses it."""
    record = judged_bench(home, tmp_path, monkeypatch)
    assert [(check.key, check.verdict) for check in record.checks if check.verdict != "passed"] == []
    assert (record.passed, record.version, standing(clock.now()).state) == (True, "1.0", "test_passed")
    days = [clock.now() + timedelta(days=number) for number in range(42)]  # 20 September to 31 October
    live(home, tmp_path, days)
    assert note_transmission(home, now=clock.now()) == "gate moves 1"
    assert standing(clock.now()).state == "transmitting"
    assert note_transmission(home, now=NOVEMBER) == "gate moves 2"
    card = standing(NOVEMBER)
    assert (card.state, card.eligible) == ("eligible", True)
    assert [(str(each.month), each.received) for each in card.months] == [
        ("2026-09", "whole"), ("2026-10", "whole"), ("2026-11", "running"),
    ]  # fmt: skip
    assert month(card, "2026-09").expected == 11
    assert note_transmission(home, now=NOVEMBER + timedelta(hours=1)) is None

    assert note_transmission(home, now=DECEMBER) == "gate moves 1"
    card = standing(DECEMBER)
    assert (card.state, month(card, "2026-11").received) == ("transmitting", "missed")
    assert "ноябрь 2026" in notices.of("", "luchik")[0].text.ru

    began = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)
    note_outage(began, began + timedelta(days=28), what="the disk was full", by=CONSOLE, now=DECEMBER)
    assert note_transmission(home, now=DECEMBER) == "gate moves 2"
    card = standing(DECEMBER)
    assert (card.state, month(card, "2026-11").received) == ("eligible", "excused")


def test_nothing_of_the_sandbox_enters_the_lake(home, tmp_path, monkeypatch):
    """After a whole test the log of real events is empty, and there is nothing to load."""
    judged_bench(home, tmp_path, monkeypatch)
    with closing(open_reader(home)) as reader:
        assert reader.size() == 0
    assert refresh(home, now=clock.now()) is None
    assert list(home.lake.rglob("*.parquet")) == []
    sandbox = home.sandbox()
    assert verify_journal(sandbox.journal, sandbox.vkey) == []


def test_a_certificate_is_checked_without_the_house_and_given_once(home, tmp_path, monkeypatch):
    """The note opens under the house's public key; the same stream judged again has the record it had."""
    record = judged_bench(home, tmp_path, monkeypatch)
    name, key = home.gate_key()
    told = open_certificate(record.note, vkey(name, key.public_key()))
    assert (told.number, told.version, told.passed) == (record.number, "1.0", True)
    assert (told.digest, told.log) == (record.digest, home.sandbox().origin)
    assert told.checks == {check.key: check.verdict for check in record.checks}
    assert judge_stream(home, device=DEVICE, by=MAKER, now=clock.now() + timedelta(hours=1)) == record
    assert [step.verb for step in standing(clock.now()).steps] == ["grant_access", "connect", "pass_test"]


def test_evidence_tells_a_registrar_what_stands_and_bars_nothing(home, tmp_path, monkeypatch):
    """The certificate, its version against the filed one, the norm of each sentence, the reminder."""
    judged_bench(home, tmp_path, monkeypatch)
    found = gate.evidence_for(DEVICE, "2.0", on=date(2026, 9, 21))
    said = " ".join(each.text.en for each in found.statements)
    assert "certificate No 2026-000001" in said
    assert "for version 1.0, the filing is for version 2.0" in said
    assert "never a bar to filing" in found.statements[-1].text.en
    assert all(each.cite for each in found.statements if each.norm)
    assert "дата" not in said
