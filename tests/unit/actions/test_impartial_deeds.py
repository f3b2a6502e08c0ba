# SPDX-License-Identifier: Apache-2.0
"""Whoever has an interest keeps out of every decision; nobody judges a complaint against themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.correct_entry import correct_entry
from nadzor.actions.declare_interest import declare_interest
from nadzor.actions.delegate import Power, delegate, end_delegation
from nadzor.actions.end_notice import end_notice
from nadzor.actions.look_at_quiet import look_at_quiet
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.register_baseline import register_baseline
from nadzor.actions.settle_dispute import settle_dispute
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.detect.window import Window
from nadzor.people.models import User
from nadzor.records import audit
from nadzor.vigilance.models import Dispute, PublicNotice, QuietLook, Signal, SignalMove
from tests.case_samples import case_on_signal, heard
from tests.filing_samples import HEAD, INSPECTOR, REGISTRAR, move, town
from tests.register_samples import NOW
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
DEVICE = "ai-901"
TODAY = moscow_date(NOW)
OTHER = replace(HEAD, username="second-head")


@pytest.fixture
def people(home):
    """The staff as accounts; the inspector, the head and the registrar have an interest in the maker."""
    town()
    for person in (INSPECTOR, HEAD, REGISTRAR):
        User.objects.create(username=person.username, role=person.role.value)
        declare_interest("luchik", why="worked there", by=person, now=NOW)


def power(*matters: str, to: str = INSPECTOR.username) -> int:
    """A delegation for today."""
    days = {"valid_from": TODAY, "valid_until": TODAY + timedelta(days=1)}
    return delegate(Power(to=to, order="No 5", procedures=matters, **days), by=HEAD, now=NOW)


def barred(deed, *args, **named) -> None:
    """The deed is refused because of an interest."""
    with pytest.raises(Refusal) as refusal:
        deed(*args, now=NOW, **named)
    assert refusal.value.code == "filing.interest"


def test_an_interest_bars_from_signals_baselines_and_looks(people):
    """Of the maker's device; whoever has none goes on."""
    row = file_signal(device=DEVICE)
    QuietLook.objects.create(week="2026-W46", device=DEVICE, chosen_at=NOW, among=1)
    barred(move_signal, row.pk, "take", by=INSPECTOR, grounds=Grounds("why"))
    barred(register_baseline, DEVICE, Window(TODAY, TODAY), by=HEAD, because="why")
    barred(look_at_quiet, "2026-W46", "nothing", note="", by=INSPECTOR)
    assert not SignalMove.objects.exists()
    assert move_signal(row.pk, "take", by=OTHER, grounds=Grounds("why"), now=NOW) == "under_review"


def test_an_interest_bars_from_disputes_notices_and_the_entry(people):
    """What is settled, ended or corrected of the maker's device."""
    dispute = Dispute.objects.create(
        device=DEVICE, month="2026-10", opened_at=NOW, opened_by="x", body={}, digest="d" * 64
    )
    PublicNotice.objects.create(
        number="SN-2026-000001", device=DEVICE, source="regulator", title_ru="a", title_en="a", text_ru="a",
        text_en="a", published_at=NOW, published_by="x", changed_at=NOW,
    )  # fmt: skip
    barred(settle_dispute, dispute.pk, "ours", because="why", by=INSPECTOR)
    barred(end_notice, "SN-2026-000001", because="why", by=HEAD)
    form = {"because": "a slip", "cause": "correction", "name": {"ru": "x", "en": "x"}}
    barred(correct_entry, DEVICE, form, valid_from=TODAY, by=REGISTRAR)
    assert Dispute.objects.get().state == "open" and PublicNotice.objects.get().ended_at is None


def test_a_delegate_decides_a_signal_and_the_record_says_by_which_order(home):
    """Only while the delegation holds: ended in the middle of a form, it does not let the form through."""
    town()
    User.objects.create(username=INSPECTOR.username, role="inspector")
    row = file_signal(device=DEVICE)
    Signal.objects.filter(pk=row.pk).update(state="under_review")
    grounds = Grounds("a real deviation", {"reason_code": "deviation_confirmed"})

    def confirm() -> str:
        return move_signal(row.pk, "confirm", by=INSPECTOR, grounds=grounds, now=NOW)

    with pytest.raises(Refusal, match=r"move\.not-yours"):
        confirm()
    ended = power("signal")
    end_delegation(ended, by=HEAD, now=NOW)
    with pytest.raises(Refusal, match=r"move\.not-yours"):
        confirm()
    given = power("signal")
    assert confirm() == "confirmed_for_case"
    last = audit.entries(object=f"signal {row.pk}", limit=1)[0]
    assert last.facts["delegation"] == given and SignalMove.objects.get().role == "inspector"


def test_who_suspended_does_not_decide_the_complaint(home):
    """With nobody else it is said so; with a delegate the refusal names them, and they decide."""
    town()
    number = case_on_signal()
    User.objects.create(username=HEAD.username, role="head")
    heard(number)
    move(number, "suspend")
    move(number, "complain")
    with pytest.raises(Refusal, match=r"case\.nobody-else"):
        move(number, "reject_complaint")
    User.objects.create(username=REGISTRAR.username, role="registrar")
    power("case", to=REGISTRAR.username)
    with pytest.raises(Refusal) as refusal:
        move(number, "uphold_complaint")
    assert (refusal.value.code, refusal.value.facts["may"]) == ("case.own-measure", REGISTRAR.username)
    assert move(number, "reject_complaint", by=REGISTRAR) == "suspended"


def test_a_barred_delegate_is_not_named(home):
    """An interest bars a delegate too; then there is nobody else."""
    town()
    number = case_on_signal()
    User.objects.create(username=HEAD.username, role="head")
    User.objects.create(username=REGISTRAR.username, role="registrar")
    power("case", to=REGISTRAR.username)
    declare_interest("luchik", why="worked there", by=REGISTRAR, now=NOW)
    heard(number)
    move(number, "suspend")
    move(number, "complain")
    with pytest.raises(Refusal, match=r"case\.nobody-else"):
        move(number, "reject_complaint")
