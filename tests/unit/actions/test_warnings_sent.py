# SPDX-License-Identifier: Apache-2.0
"""Warnings: once for a step, to every site that runs the version, blind, whole or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions import send_warnings as sending
from nadzor.actions.import_register import import_register
from nadzor.actions.send_warnings import send_warnings
from nadzor.actions.sites_running import SiteAtWork, sites_running
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE
from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.register.models import Device, Filing, FilingStep, Installation
from nadzor.vigilance.models import AdverseEvent, CaseGround, PublicNotice, SafetyWarning, WarningCopy
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID, device, register
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
WARD, ROOM = "ward", "room"


@pytest.fixture
def sites(home):
    """Two clinics with accounts, one without, and what runs at each; the silent one has not reported yet."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    for code, oid in ((WARD, CLINIC_OID), (ROOM, OTHER_OID)):
        clinic = Organisation.objects.create(code=code, name_ru=code, name_en=code, kind="clinic", oid=oid)
        User.objects.create(username=f"of-{code}", role="clinic", organisation=clinic)
    found = {code: vault.pseudonym(oid, home=home) for code, oid in ((WARD, CLINIC_OID), (ROOM, OTHER_OID))}
    day = TODAY - timedelta(days=5)
    told = [("1.0", found[WARD]), ("1.1", found[WARD]), ("1.0", found[ROOM]), ("1.1", "s-stranger")]
    old = row("studies", 9, TODAY - timedelta(days=120), version="1.0", site="s-bygone", known=day)
    write_rollups(home, [old, *(row("studies", 5, day, version=v, site=s) for v, s in told)])
    Installation.objects.create(id="i-1", device=Device.objects.get(), site="s-silent", created=NOW)
    return found


def case(verb="suspend", start="weighing", to="suspended", *, number="2026-000001", **facts):
    """A step of a case, as the filing's own machine writes it."""
    found = Device.objects.get()
    filing, _ = Filing.objects.get_or_create(
        number=number, procedure="case", device=found, maker=found.maker,
        defaults={"state": to, "title_ru": "Дело", "title_en": "Case", "opened_by": "ivan",
                  "opened_at": NOW, "changed_at": NOW},
    )  # fmt: skip
    return FilingStep.objects.create(
        filing=filing, at=NOW, on=TODAY, verb=verb, start=start, to=to, by="olga", role="head",
        because="Узлы пропускаются.", facts={"norm_cite": "cancellation.grounds", **facts},
    )  # fmt: skip


def event(**changes):
    """A death told by a maker."""
    told = {
        "number": "AE-2026-000001", "way": "portal", "device": "ai-901", "seriousness": "death",
        "state": "awaiting_report", "reporter_role": "manufacturer_admin", "received_at": NOW,
        "received_on": TODAY, "changed_at": NOW,
    } | changes  # fmt: skip
    return AdverseEvent.objects.create(**told)


def test_sites_are_those_of_ninety_days_and_those_not_heard_yet(home, sites):
    """A site with two versions names both; a site silent for months is left; an unknown version counts."""
    found = sites_running(home, "ai-901", today=TODAY)
    assert {one.site: one.versions for one in found} == {
        sites[WARD]: ("1.0", "1.1"), sites[ROOM]: ("1.0",), "s-stranger": ("1.1",), "s-silent": (),
    }  # fmt: skip
    only = {one.site for one in sites_running(home, "ai-901", versions=("1.1",), today=TODAY)}
    assert only == {sites[WARD], "s-stranger", "s-silent"}


def test_a_suspension_is_sent_once_and_blind(home, sites):
    """Four copies, two reached, one public letter; a second run sends nothing; no clinic beside its site."""
    case()
    assert (send_warnings(home, now=NOW), send_warnings(home, now=NOW)) == (1, 0)
    sent = SafetyWarning.objects.get()
    assert (sent.kind, sent.number, sent.confirm_by) == ("suspension", "W-2026-000001", date(2026, 11, 25))
    reached = dict(WarningCopy.objects.values_list("site", "reached"))
    assert reached == {sites[WARD]: True, sites[ROOM]: True, "s-stranger": False, "s-silent": False}
    told = Notice.objects.filter(organisation_code__in=[WARD, ROOM])
    assert {(one.subject, "W-2026" in one.text_ru, "ai-901" in one.text_ru) for one in told} == {
        ("clinic", False, False)
    }
    (deed,) = audit.entries(verb="vigilance.warning.send")
    assert "ward" not in f"{deed}" and deed.facts["reached"] == 2
    public = PublicNotice.objects.get()
    assert (public.kind, public.warning) == ("suspension", sent) and "Узлы" not in public.text_ru
    assert audit.verify() == []


@pytest.mark.parametrize("where", ["copy_to", "publish_letter", "_tell"])
def test_killed_in_the_middle_nothing_was_sent(home, sites, monkeypatch, where):
    """Whatever breaks between the warning and its last notice, the next run sends all of it."""

    def die(*_args, **_more):
        raise KeyboardInterrupt

    case()
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(sending, where, die)
        send_warnings(home, now=NOW)
    kept = [one.objects.count() for one in (SafetyWarning, WarningCopy, PublicNotice)]
    assert kept == [0, 0, 0] and not Notice.objects.filter(organisation_code=WARD).exists()
    assert (send_warnings(home, now=NOW), WarningCopy.objects.count()) == (1, 4)


def test_a_broken_letter_does_not_hold_the_others_up(home, sites, monkeypatch):
    """The fault is raised once the others are out."""
    case()
    event()
    whole = sending.written

    def written(kind, facts):
        if kind == "suspension":
            raise ValueError(kind)
        return whole(kind, facts)

    monkeypatch.setattr(sending, "written", written)
    with pytest.raises(ValueError, match="suspension"):
        send_warnings(home, now=NOW)
    assert [one.kind for one in SafetyWarning.objects.all()] == ["threat"]


def test_somebody_else_was_faster(home, sites, monkeypatch):
    """Two processes find one step: the second meets the constraint and sends nothing."""
    step = case()
    found = sending.waiting()
    send_warnings(home, now=NOW)
    monkeypatch.setattr(sending, "waiting", lambda: found)
    assert (send_warnings(home, now=NOW), found[0].step) == (0, step.pk)
    assert SafetyWarning.objects.count() == 1


@pytest.mark.parametrize(
    "changes, sent",
    [
        ({}, 1),
        ({"seriousness": "threat"}, 1),
        ({"seriousness": "other"}, 0),
        ({"state": "unconfirmed", "way": "public"}, 0),
        ({"state": "noticed"}, 0),
        ({"way": "import", "source_id": "r-1"}, 0),
        ({"device": "", "device_told": "somewhat"}, 0),
        ({"state": "declined"}, 0),
    ],
    ids=["death", "threat", "other", "public", "noticed", "imported", "unknown", "declined"],
)
def test_a_caution_needs_somebody_we_know(home, sites, changes, sent):
    """Death and threat at once; never the unconfirmed public word, nor a row of the past."""
    event(**changes)
    assert send_warnings(home, now=NOW) == sent
    assert all("не подтверждено" in one.text_ru for one in SafetyWarning.objects.all())


def test_an_old_norm_that_lapsed_stops_no_caution(home, sites):
    """1113n has lapsed, and no calendar is loaded for the year: the letter goes out without a day."""
    late = NOW.replace(year=2031)
    event(received_on=late.date())
    assert send_warnings(home, now=late) == 1
    assert SafetyWarning.objects.get().confirm_by is None


def test_resumption_tells_everybody_and_ends_the_public_letter(home, sites):
    """Suspension, then resumption: the old notice says what followed, and is still there."""
    case()
    send_warnings(home, now=NOW)
    case("resume_use", "suspended", "resumed")
    assert send_warnings(home, now=NOW + timedelta(hours=1)) == 1
    old, new = PublicNotice.objects.order_by("pk")
    assert (old.followed_by, old.ended_at is not None, new.kind) == (new, True, "resumption")


def test_a_deviation_waits_for_the_head_and_names_its_versions(home, sites):
    """Versions come from the grounds; the public letter does not go out by itself."""
    step = case("confirm_deviation", "analysing", "deviation_confirmed")
    CaseGround.objects.create(
        filing=step.filing.number, kind="signal", ref="7", at=NOW, by="ivan", role="inspector",
        facts={"version": "1.1"}, digest="0" * 64,
    )  # fmt: skip
    send_warnings(home, now=NOW)
    sent = SafetyWarning.objects.get()
    assert (sent.versions, sent.copies.count(), PublicNotice.objects.count()) == (["1.1"], 3, 0)
    assert "1.1" in sent.text_en and Notice.objects.filter(role="head").count() == 2


def test_an_ending_tells_only_those_who_were_warned(home, sites):
    """A case closed before anybody was warned stays silent; one that had warned says how it ended."""
    case("close_unconfirmed", "analysing", "unconfirmed", number="2026-000002")
    assert send_warnings(home, now=NOW) == 0
    case("confirm_deviation", "analysing", "deviation_confirmed")
    case("leave_in_use", "weighing", "left_in_use")
    assert send_warnings(home, now=NOW) == 2
    assert set(SafetyWarning.objects.values_list("kind", flat=True)) == {"deviation", "ended"}


def test_without_figures_the_enrolled_are_warned(home):
    """No rollup has been made yet: installations are known all the same."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    Installation.objects.create(id="i-1", device=Device.objects.get(), site="s-1", created=NOW)
    assert sites_running(home, "ai-901", today=TODAY) == (SiteAtWork("s-1", ()),)
