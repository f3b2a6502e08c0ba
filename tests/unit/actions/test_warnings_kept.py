# SPDX-License-Identifier: Apache-2.0
"""After a warning went out: who began later, who is reminded, who hears of silence, what the public reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from nadzor.actions.confirm_warning import confirm_warning, open_warning
from nadzor.actions.end_notice import end_notice
from nadzor.actions.publish_notice import publish_makers_notice, publish_notice, withhold_notice
from nadzor.actions.remind_warnings import remind_now, remind_warnings
from nadzor.actions.send_warnings import send_warnings
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.register.models import Device, Installation
from nadzor.vigilance.models import (
    AdverseEvent,
    CaseGround,
    EventDocument,
    Narrative,
    PublicNotice,
    SafetyWarning,
    WarningCopy,
)
from nadzor.vigilance.warnings import NoticeFilter, public_notices, warning, warnings
from tests.register_samples import NOW
from tests.unit.actions.test_warnings_sent import ROOM, TODAY, WARD, case, event, sites  # noqa: F401
from tests.unit.vigilance.signals import FINDING

pytestmark = pytest.mark.django_db
CLINIC = Person("of-ward", "Anna", Role.CLINIC, organisation=WARD)
INSPECTOR = Person("ivan", "Ivan", Role.INSPECTOR)
HEAD = Person("olga", "Olga", Role.HEAD)
MAKER = Person("m", "M", Role.MANUFACTURER_ADMIN, organisation="luchik")
RIVAL = Person("r", "R", Role.MANUFACTURER_ADMIN, organisation="farlight")
OVER = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # the day after the target of a letter of NOW
LONG_OVER = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def suspended(home, sites):  # noqa: F811
    """A suspension that went out."""
    case()
    send_warnings(home, now=NOW)
    return SafetyWarning.objects.get()


def refused(deed, *given, **how):
    """The code of a refusal."""
    with pytest.raises(Refusal) as refusal:
        deed(*given, **how)
    return refusal.value.code


def told(role="inspector"):
    """Texts for a role about silence."""
    return [one.text_en for one in Notice.objects.filter(role=role) if "silent" in one.text_en]


def test_a_clinic_answers_once_and_blind(home, suspended):
    """Opened and confirmed; the deeds hold site and pseudonym, and no account or organisation."""
    number = suspended.number
    assert [open_warning(home, number, by=CLINIC, now=NOW) for _ in range(2)] == [True, False]
    assert refused(confirm_warning, home, number, "watching", by=CLINIC, now=NOW) == "warning.answer"
    for _ in range(2):
        confirm_warning(home, number, "stopped", by=CLINIC, now=NOW)
    assert refused(confirm_warning, home, number, "not_used", by=CLINIC, now=NOW) == "warning.answered"
    assert refused(confirm_warning, home, "W-1", "stopped", by=CLINIC, now=NOW) == "warning.unknown"
    assert refused(confirm_warning, home, number, "stopped", by=INSPECTOR, now=NOW) == "people.clinic-only"
    deeds = [*audit.entries(verb="vigilance.warning.open"), *audit.entries(verb="vigilance.warning.confirm")]
    assert len(deeds) == 2 and {deed.by for deed in deeds} == {vault.speaker("of-ward", home=home)}
    assert not any(word in f"{deed}" for deed in deeds for word in ("of-ward", "'ward'"))


def test_silence_is_reminded_then_counted(home, sites, suspended):  # noqa: F811
    """Target over: one reminder; over again: counts to inspectors and head; who answered is left alone."""
    confirm_warning(home, suspended.number, "stopped", by=CLINIC, now=NOW)
    assert remind_warnings(home, now=NOW) == 0
    assert (remind_warnings(home, now=OVER), remind_warnings(home, now=OVER)) == (1, 0)
    reminded = WarningCopy.objects.exclude(reminded_at=None)
    assert [one.site for one in reminded] == [sites[ROOM]] and told() == []
    assert (remind_warnings(home, now=LONG_OVER), remind_warnings(home, now=LONG_OVER)) == (1, 0)
    assert len(told()) == len(told("head")) == 1
    assert "1 of 4 sites confirmed, 1 are silent after a reminder, 2 were not reached" in told()[0]
    assert audit.verify() == []


def test_what_a_later_letter_overtook_is_not_reminded(home, suspended):
    """Resumed: nobody is reminded of the suspension."""
    case("resume_use", "suspended", "resumed")
    send_warnings(home, now=NOW)
    remind_warnings(home, now=OVER)
    assert not suspended.copies.exclude(reminded_at=None).exists()


def test_who_begins_later_is_warned_too(home, suspended):
    """An installation enrolled after the letter gets its copy, once."""
    Installation.objects.create(id="i-2", device=Device.objects.get(), site="s-later", created=NOW)
    assert (remind_warnings(home, now=NOW), remind_warnings(home, now=NOW)) == (1, 0)
    late = suspended.copies.get(site="s-later")
    assert (late.reached, late.versions) == (False, [])


def test_reminding_by_hand_is_for_inspectors_and_once_a_day(home, suspended):
    """The next day it may be done again."""
    number, later = suspended.number, NOW + timedelta(hours=30)
    assert refused(remind_now, home, number, by=MAKER, now=NOW) == "people.inspector-only"
    assert refused(remind_now, home, "W-1", by=INSPECTOR, now=NOW) == "warning.unknown"
    assert remind_now(home, number, by=INSPECTOR, now=NOW) == 2
    assert refused(remind_now, home, number, by=INSPECTOR, now=NOW) == "warning.reminded-today"
    assert remind_now(home, number, by=INSPECTOR, now=later) == 2


def test_a_maker_sees_what_may_be_shown(home, suspended):
    """Four sites are below the minimum: hidden, no site, no decision; zero is zero; a rival finds nothing."""
    card = warning(MAKER, suspended.number, today=TODAY)
    found = card.row.progress
    assert (found.sites, found.reached, found.confirmed, found.floor) == (None, None, None, 5)
    assert card.copies == () and card.days == ()
    whole = warning(INSPECTOR, suspended.number, today=TODAY)
    assert (whole.row.progress.sites, len(whole.copies)) == (4, 4)
    assert refused(warning, RIVAL, suspended.number, today=TODAY) == "warning.unknown"
    assert warnings(RIVAL, today=TODAY).rows == () and len(warnings(HEAD, today=TODAY, waits=True).rows) == 1


def test_the_head_decides_on_a_deviation(home, sites):  # noqa: F811
    """Withheld, then published; nobody else; never twice; never with a site in the grounds."""
    case("confirm_deviation", "analysing", "deviation_confirmed")
    send_warnings(home, now=NOW)
    number = SafetyWarning.objects.get().number
    assert refused(publish_notice, number, because="x", by=INSPECTOR, now=NOW) == "filing.no-delegation"
    assert refused(publish_notice, number, because=" ", by=HEAD, now=NOW) == "notice.grounds"
    assert refused(publish_notice, number, because=sites[WARD], by=HEAD, now=NOW) == "notice.names"
    withhold_notice(number, because="Ждём ответа.", by=HEAD, now=NOW)
    published = publish_notice(number, because="Ответа нет.", by=HEAD, now=NOW)
    assert refused(withhold_notice, number, because="x", by=HEAD, now=NOW) == "notice.published"
    notice = PublicNotice.objects.get(number=published)
    assert "Узлы" not in notice.text_ru and "4 организациях" not in notice.text_ru


def test_a_relief_of_what_nobody_read_is_not_published(home, sites):  # noqa: F811
    """A withheld deviation ends in silence, and by hand there is nothing to take back either."""
    case("confirm_deviation", "analysing", "deviation_confirmed")
    case("leave_in_use", "weighing", "left_in_use")
    send_warnings(home, now=NOW)
    ended = SafetyWarning.objects.get(kind="ended")
    assert not PublicNotice.objects.exists()
    code = refused(publish_notice, ended.number, because="x", by=HEAD, now=NOW)
    assert code == "notice.nothing-to-follow"


def test_a_case_follows_the_caution_about_its_event(home, sites):  # noqa: F811
    """The notice of the caution says what followed once the case that rests on the event suspends."""
    event()
    send_warnings(home, now=NOW)
    step = case()
    CaseGround.objects.create(
        filing=step.filing.number, kind="event", ref="AE-2026-000001", at=NOW, by="ivan", role="inspector",
        facts={"version": ""}, digest="0" * 64,
    )  # fmt: skip
    send_warnings(home, now=NOW + timedelta(hours=1))
    caution, suspension = PublicNotice.objects.order_by("pk")
    assert (caution.followed_by, suspension.kind) == (suspension, "suspension")
    changed = public_notices(NoticeFilter(changed_since=NOW + timedelta(minutes=1)), now=NOW).rows
    assert [one.number for one in changed] == [suspension.number, caution.number]
    assert [one.number for one in public_notices(NoticeFilter(stands=True), now=NOW).rows] == [
        suspension.number
    ]


def test_figures_come_with_what_they_were_counted_over(home, sites):  # noqa: F811
    """The size with its interval stands in the letter to clinics."""
    step = case("confirm_deviation", "analysing", "deviation_confirmed")
    finding = msgspec.structs.replace(FINDING, kind="failure.rise")
    facts = {"version": "", "finding": msgspec.to_builtins(finding)}
    CaseGround.objects.create(
        filing=step.filing.number, kind="signal", ref="1", at=NOW, by="ivan", role="inspector", facts=facts,
        digest="0" * 64,
    )  # fmt: skip
    send_warnings(home, now=NOW)
    text = SafetyWarning.objects.get().text_en
    assert "The figures it rests on" in text and "3.00 (95%: 1.80 to 4.90)" in text


def test_a_held_text_of_a_maker_is_not_published(home, sites):  # noqa: F811
    """Held, unknown, empty, naming: each refused; published once; ended once, and it stays."""
    row = AdverseEvent.objects.get(number=event(seriousness="other").number)
    document = EventDocument.objects.create(
        event=row, kind="safety_notice", at=NOW, on=TODAY, by="m", role="manufacturer_admin", digest="0" * 64
    )
    held = Narrative.objects.create(document=document, held=True)
    both = {"title": Text("Режим", "Mode"), "text": Text("Не применяйте.", "Do not use."), "now": NOW}
    ask = {**both, "by": INSPECTOR}
    assert refused(publish_makers_notice, document.pk, **{**both, "by": MAKER}) == "people.inspector-only"
    assert refused(publish_makers_notice, document.pk, **ask) == "notice.held"
    held.released_at = NOW
    held.save()
    assert refused(publish_makers_notice, 999, **ask) == "notice.unknown"
    assert refused(publish_makers_notice, document.pk, **ask | {"text": Text("", "x")}) == "notice.text"
    number = publish_makers_notice(document.pk, **ask)
    assert refused(publish_makers_notice, document.pk, **ask) == "notice.published"
    assert refused(end_notice, "SN-1", because="x", by=INSPECTOR, now=NOW) == "notice.unknown"
    end_notice(number, because="Исправлено.", by=INSPECTOR, now=NOW)
    assert refused(end_notice, number, because="x", by=INSPECTOR, now=NOW) == "notice.ended"
    assert PublicNotice.objects.get(number=number).ended_because == "Исправлено."
