# SPDX-License-Identifier: Apache-2.0
"""Deeds at the transmission gate: who may do what, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import pytest

from nadzor.actions.declare_interest import declare_interest
from nadzor.actions.declare_transmission import declare_transmission
from nadzor.actions.excuse_period import excuse_period
from nadzor.actions.grant_access import end_gate, grant_access, invite_bench, revoke_access
from nadzor.actions.import_register import import_register
from nadzor.actions.judge_stream import judge_stream
from nadzor.actions.note_outage import LEAST, VALID, note_outage
from nadzor.actions.note_transmission import note_transmission
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.step_gate import HOUSE, device_row, gate_of, step_gate
from nadzor.base.directory import key_in_time, open_directory
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.register import gate
from nadzor.register.models import EnrolmentToken, Outage
from tests.register_samples import NOW, device, foreign_device, register
from tests.unit.actions.gate_house import DEVICE, MAKER, REGISTRAR, enrolled

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
STRANGER = Person("other", "Other", Role.MANUFACTURER_ADMIN, "farlight")
REPORTER = Person("clerk", "Clerk", Role.MANUFACTURER_REPORTER, "luchik")
INSPECTOR = Person("inspector", "Inspector", Role.INSPECTOR)


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def declared():
    """The gate of the sample device, declared."""
    return declare_transmission(DEVICE, by=MAKER, now=NOW)


def granted(home):
    """The same with access granted; the bench's token."""
    declared()
    return grant_access(home, device=DEVICE, by=REGISTRAR, now=NOW)


def transmitting(since="2026-08-10"):
    """A gate that came as far as real data, by the house's own notes."""
    declared()
    row = gate_of(device_row(DEVICE))
    for verb, doer in (("grant_access", REGISTRAR), ("connect", HOUSE), ("pass_test", HOUSE)):
        role = getattr(doer.role, "value", doer.role)
        step_gate(row, verb, doer=msgspec.structs.replace(HOUSE, role=role), now=NOW, facts={"log_size": 0})
    step_gate(row, "begin_transmitting", doer=HOUSE, now=NOW, facts={"since": since, "version": "1.0"})


@pytest.mark.parametrize("who", [None, STRANGER, REPORTER, REGISTRAR, INSPECTOR])
def test_only_the_maker_declares(who):
    """Its administrator or representative; nobody declares for another."""
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        declare_transmission(DEVICE, by=who, now=NOW)
    assert gate.gate(DEVICE, today=TODAY).state == ""


def test_a_declaration_is_made_once_and_registrars_are_told():
    """The gate opens in its first state; a second declaration changes nothing."""
    assert declared() == "declared"
    with pytest.raises(Refusal, match=r"gate\.declared"):
        declared()
    assert DEVICE in notices.of("registrar", None)[0].text.en
    assert [entry.verb for entry in audit.entries(object=DEVICE)] == ["register.transmission.declare"]


def test_a_cancelled_device_declares_nothing():
    """Its transmission leads nowhere."""
    import_register(register(device(status="cancelled"), foreign_device()), by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"enrol\.device-cancelled"):
        declared()
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        declare_transmission("ai-000", by=MAKER, now=NOW)


def test_only_a_registrar_without_an_interest_grants_access(home):
    """The maker cannot let itself in, nor can whoever has an interest in it."""
    declared()
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        grant_access(home, device=DEVICE, by=MAKER, now=NOW)
    declare_interest("luchik", by=REGISTRAR, why="worked there", now=NOW)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        grant_access(home, device=DEVICE, by=REGISTRAR, now=NOW)
    assert gate.gate(DEVICE, today=TODAY).state == "declared"


def test_access_gives_a_sandbox_token_and_is_granted_once(home):
    """The token enrols into the sandbox; a second grant is not from here."""
    made = enrolled(home, granted(home), "http://gateway.example", now=NOW)
    assert (made.gateway, made.log_vkey) == ("http://gateway.example/sandbox", home.sandbox().vkey)
    with pytest.raises(Refusal, match=r"move\.not-from-here"):
        grant_access(home, device=DEVICE, by=REGISTRAR, now=NOW)


def test_without_a_declaration_or_access_nothing_is_tested(home):
    """Each step says which one is missing."""
    with pytest.raises(Refusal, match=r"gate\.not-declared"):
        judge_stream(home, device=DEVICE, by=MAKER, now=NOW)
    declared()
    for deed in (invite_bench, judge_stream):
        with pytest.raises(Refusal, match=r"gate\.no-access"):
            deed(home, device=DEVICE, by=MAKER, now=NOW)


def test_without_a_stream_there_is_nothing_to_judge(home):
    """Neither before the sandbox was ever needed, nor after."""
    granted(home)
    with pytest.raises(Refusal, match=r"gate\.no-stream"):
        judge_stream(home, device=DEVICE, by=MAKER, now=NOW)
    assert note_transmission(home, now=NOW) is None
    assert not (home.root / "sandbox").exists()
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        judge_stream(home, device=DEVICE, by=STRANGER, now=NOW)


def test_a_revoked_access_closes_benches_and_unused_tokens_and_no_clinic(home):
    """The sandbox's keys are dead in the directory published at once; a second bench gets no token."""
    bench = enrolled(home, granted(home), "http://gateway.example", now=NOW)
    invite_bench(home, device=DEVICE, by=MAKER, now=NOW)
    with pytest.raises(Refusal, match=r"move\.no-grounds"):
        revoke_access(home, device=DEVICE, by=REGISTRAR, because=" ", now=NOW)
    assert revoke_access(home, device=DEVICE, by=REGISTRAR, because="asked for", now=NOW) == "declared"
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    assert not key_in_time(directory.installations[bench.installation].keys[bench.keyid], NOW)
    assert EnrolmentToken.objects.get(used_at=None).expires_at == NOW
    assert "asked for" in notices.of("", "luchik")[0].text.ru
    with pytest.raises(Refusal, match=r"gate\.no-access"):
        invite_bench(home, device=DEVICE, by=MAKER, now=NOW)


def test_an_ended_gate_stays_ended(home):
    """Nothing leads out of it."""
    granted(home)
    assert end_gate(home, device=DEVICE, by=REGISTRAR, because="function removed", now=NOW) == "ended"
    with pytest.raises(Refusal, match=r"move\.not-from-here"):
        grant_access(home, device=DEVICE, by=REGISTRAR, now=NOW)


def test_months_are_judged_only_while_a_norm_says_so(home):
    """Beyond the norm's last day the state is kept and the card says why."""
    transmitting(since="2027-12-01")
    later = datetime(2028, 3, 2, tzinfo=NOW.tzinfo)
    note_transmission(home, now=later)
    card = gate.gate(DEVICE, today=later.date())
    assert [(str(each.month), each.received) for each in card.months] == [
        ("2027-12", "missed"), ("2028-01", "no_norm"), ("2028-02", "no_norm"), ("2028-03", "no_norm"),
    ]  # fmt: skip
    assert any("No norm" in reason.text.en for reason in card.reasons)


def test_a_registrar_leaves_a_missed_month_uncounted_and_the_house_does_not_overrule(home):
    """On grounds, only a month that was missed; the next run keeps a person's word."""
    transmitting()
    assert note_transmission(home, now=NOW) == "gate moves 3"  # August, September, October
    month = Month(2026, 9)
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        excuse_period(DEVICE, month, by=MAKER, because="please", now=NOW)
    with pytest.raises(Refusal, match=r"gate\.period-unknown"):
        excuse_period(DEVICE, Month(2026, 11), by=REGISTRAR, because="early", now=NOW)
    excuse_period(DEVICE, month, by=REGISTRAR, because="the clinic was closed", now=NOW)
    assert note_transmission(home, now=NOW + timedelta(days=1)) is None
    found = {str(each.month): each for each in gate.gate(DEVICE, today=TODAY).months}
    assert found["2026-09"].received == "excused"
    assert "the clinic was closed" in found["2026-09"].why.en


@pytest.mark.parametrize("hours", [(0, 0), (-1, -2), (-2, 1)])
def test_an_outage_has_a_beginning_an_end_and_is_over(hours):
    """Neither empty, nor backwards, nor into the future."""
    began, ended = (NOW + timedelta(hours=each) for each in hours)
    with pytest.raises(Refusal, match=r"gate\.outage-span"):
        note_outage(began, ended, what="power", by=CONSOLE, now=NOW)


def test_an_outage_is_entered_by_an_operator_in_words_and_with_zones():
    """A maker cannot excuse itself; a time without a zone is nobody's."""
    began = NOW - timedelta(hours=2)
    with pytest.raises(Refusal, match=r"people\.operator-only"):
        note_outage(began, NOW, what="power", by=MAKER, now=NOW)
    for what in (" ", "x" * 501):
        with pytest.raises(Refusal, match=r"gate\.outage-words"):
            note_outage(began, NOW, what=what, by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"gate\.outage-span"):
        note_outage(began.replace(tzinfo=None), NOW, what="power", by=CONSOLE, now=NOW)
    made = note_outage(began, NOW, what="power", by=CONSOLE, now=NOW)
    assert gate.outages(first=began, after=NOW) == (made,)


def test_a_directory_that_was_not_published_proves_an_outage_of_ours(home):
    """From the moment it went stale until it is there again; short breaks every sender survives."""
    publish_directory(home, now=NOW)
    publish_directory(home, now=NOW + VALID + LEAST - timedelta(seconds=1))
    assert Outage.objects.count() == 0
    again = NOW + timedelta(hours=5)
    publish_directory(home, now=again)
    row = Outage.objects.get()
    before = NOW + VALID + LEAST - timedelta(seconds=1)
    assert (row.began, row.ended, row.noted_by) == (before + VALID, again, "house")


def test_a_first_publication_is_no_outage(home):
    """There was nothing to receive before it."""
    publish_directory(home, now=NOW)
    assert Outage.objects.count() == 0
    assert home.directory.exists()


def test_there_is_no_certificate_that_was_never_given():
    """Its number is refused, and the public card shows none."""
    with pytest.raises(Refusal, match=r"gate\.no-certificate"):
        gate.certificate(DEVICE, "2026-000001")
    assert gate.certificate_of(DEVICE) is None


def test_evidence_of_a_device_that_never_declared_says_so():
    """It is evidence all the same, and bars nothing."""
    found = gate.evidence_for(DEVICE, "1.0", on=TODAY)
    assert [each.good for each in found.statements] == [False, False, None, None]
    assert "never declared" in found.statements[0].text.en
