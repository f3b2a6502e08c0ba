# SPDX-License-Identifier: Apache-2.0
"""The vault is opened by two people for an hour; each look is recorded before it is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.ask_opening import ask_opening, break_glass
from nadzor.actions.close_opening import close_opening, review_opening
from nadzor.actions.decide_opening import decide_opening
from nadzor.actions.import_register import import_register
from nadzor.actions.look_behind import look_behind
from nadzor.actions.watch_openings import LETTER, watch_openings
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.records.models import AccessDeferral, Notice, VaultEntry, VaultLook, VaultOpening
from nadzor.records.openings import opening, openings, openings_of_site
from nadzor.register.models import Delegation, Device, Interest
from tests.openings import AUDITOR, CLINIC, HEAD, INSPECTOR, SECOND, opened, sites, wanted
from tests.register_samples import CLINIC_OID, NOW, device, register

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STRANGERS = [
    None,
    CONSOLE,
    AUDITOR,
    Person("c", "c", Role.CLINIC, "ward"),
    Person("m", "m", Role.MANUFACTURER_ADMIN, "maker"),
    Person("r", "r", Role.REGISTRAR),
    Person("o", "o", Role.OPERATOR),
]


def code(deed, *args, **how):
    """The code with which a deed is refused."""
    with pytest.raises(Refusal) as refusal:
        deed(*args, **how)
    return refusal.value.code


def test_two_people_open_and_see_the_clinic(home):
    """Asked by an inspector, approved by the head: both see who it is, and both looks are in the chain."""
    site, _ = sites(home)
    id = opened(home, site)
    for person in (INSPECTOR, HEAD):
        found = look_behind(home, id, site, by=person, now=NOW)
        assert (found.clinic, found.by, found.until) == (CLINIC, person.username, NOW + HOUR)
    assert [deed.by for deed in audit.entries(verb="vault.opening.look")] == ["head", "inspector"]
    assert [look.by for look in opening(AUDITOR, id, now=NOW).looks] == ["inspector", "head"]


def test_only_the_two_see_the_answer(home):
    """Another inspector, the auditor, the console and all others do not, though it is open."""
    site, _ = sites(home)
    id = opened(home, site)
    seen = {code(look_behind, home, id, site, by=one, now=NOW) for one in [SECOND, *STRANGERS]}
    assert (seen, VaultLook.objects.count()) == ({"vault.not-yours"}, 0)


@pytest.mark.parametrize("person", STRANGERS, ids=lambda one: one.username if one else "public")
def test_whoever_is_not_of_the_desk_asks_nothing(home, person):
    """Neither asks nor approves nor breaks the glass: not the console either."""
    site, _ = sites(home)
    id = ask_opening(home, wanted(site), by=INSPECTOR, now=NOW)
    told = {
        code(ask_opening, home, wanted(site), by=person, now=NOW),
        code(break_glass, home, wanted(site, purpose="danger"), by=person, now=NOW),
        code(decide_opening, id, approve=True, because="yes", by=person, now=NOW),
    }
    assert told == {"vault.not-yours"}


def test_one_person_is_not_two(home):
    """Neither the head alone, nor an inspector alone, nor two inspectors."""
    site, _ = sites(home)
    for asker, approver in ((HEAD, HEAD), (INSPECTOR, INSPECTOR), (INSPECTOR, SECOND)):
        id = ask_opening(home, wanted(site), by=asker, now=NOW)
        assert (
            code(decide_opening, id, approve=True, because="yes", by=approver, now=NOW) == "vault.two-people"
        )
        VaultOpening.objects.filter(pk=id).update(state="refused")
    assert opening(HEAD, opened(home, site, asker=HEAD, approver=SECOND), now=NOW).state == "open"


def test_a_delegate_holds_the_heads_power(home):
    """With an order in force that names openings; one that names another kind or nothing covers none."""
    site, _ = sites(home)
    row = Delegation.objects.create(
        to="second", procedures=["case"], valid_from=NOW.date(), valid_until=NOW.date() + DAY, order="12",
        given_by="head", given_at=NOW,
    )  # fmt: skip
    id = ask_opening(home, wanted(site), by=INSPECTOR, now=NOW)
    assert code(decide_opening, id, approve=True, because="yes", by=SECOND, now=NOW) == "vault.two-people"
    Delegation.objects.filter(pk=row.pk).update(procedures=[])
    assert code(decide_opening, id, approve=True, because="yes", by=SECOND, now=NOW) == "vault.two-people"
    Delegation.objects.filter(pk=row.pk).update(procedures=["opening"])
    decide_opening(id, approve=True, because="yes", by=SECOND, now=NOW)
    assert opening(HEAD, id, now=NOW).decided_role == "head"


def test_a_request_nobody_approved_is_dead(home):
    """After a day it cannot be approved, before a job has written it down and after."""
    site, _ = sites(home)
    id = ask_opening(home, wanted(site), by=INSPECTOR, now=NOW)
    late = NOW + 24 * HOUR
    assert code(decide_opening, id, approve=True, because="yes", by=HEAD, now=late) == "vault.opening-state"
    assert watch_openings(home, now=late).ended == 1
    assert opening(HEAD, id, now=NOW).state == "lapsed"


def test_after_its_hour_it_is_shut(home):
    """The minute it ends nobody looks, whether or not a job ran; a closed one does not open either."""
    site, _ = sites(home)
    id = opened(home, site)
    assert code(look_behind, home, id, site, by=HEAD, now=NOW + HOUR) == "vault.opening-state"
    assert watch_openings(home, now=NOW + HOUR).ended == 1
    again = opened(home, site, because="another order")
    close_opening(again, by=INSPECTOR, now=NOW)
    assert code(look_behind, home, again, site, by=HEAD, now=NOW) == "vault.opening-state"
    assert code(close_opening, again, by=HEAD, now=NOW) == "vault.opening-state"
    assert code(close_opening, opened(home, site), by=SECOND, now=NOW) == "vault.not-yours"


def test_a_second_decision_comes_too_late(home):
    """Approved is approved once; a refused request stays refused."""
    site, _ = sites(home)
    id = opened(home, site)
    assert code(decide_opening, id, approve=False, because="no", by=HEAD, now=NOW) == "vault.opening-state"
    other = ask_opening(home, wanted(site, because="another"), by=INSPECTOR, now=NOW)
    decide_opening(other, approve=False, because="no ground", by=HEAD, now=NOW)
    assert code(decide_opening, other, approve=True, because="yes", by=HEAD, now=NOW) == "vault.opening-state"
    assert code(look_behind, home, other, site, by=INSPECTOR, now=NOW) == "vault.opening-state"
    assert code(opening, HEAD, 10_000, now=NOW) == "vault.opening-unknown"


def test_only_what_was_approved_opens(home):
    """A site of the vault that was not in the request stays shut, and the attempt shows nothing."""
    site, other = sites(home)
    id = opened(home, site)
    assert code(look_behind, home, id, other, by=HEAD, now=NOW) == "vault.not-in-request"
    assert VaultLook.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"purpose": "curiosity"}, "vault.purpose"),
        ({"because": "  "}, "vault.because"),
        ({"because": "x" * 501}, "vault.because"),
        ({"because": "Позвоните +7 912 345-67-89"}, "vault.because-personal"),
        ({"month": "k-1 2026-10"}, "vault.sites-missing"),
    ],
    ids=["purpose", "no ground", "long", "personal", "site and month"],
)
def test_what_a_request_must_say(home, change, refusal):
    """A purpose of the list, grounds a clinic may read, one thing to open."""
    site, _ = sites(home)
    assert code(ask_opening, home, wanted(site, **change), by=INSPECTOR, now=NOW) == refusal


def test_twenty_sites_and_no_more(home):
    """Nothing, twenty-one and a guess are refused; twenty are asked for."""
    found = sites(home)
    many = [f"s-{n:012d}" for n in range(18)]
    VaultEntry.objects.bulk_create(VaultEntry(site=one, nonce=b"", sealed=b"", sealed_at=NOW) for one in many)
    assert code(ask_opening, home, wanted(), by=INSPECTOR, now=NOW) == "vault.sites-missing"
    assert code(ask_opening, home, wanted("s-guess"), by=INSPECTOR, now=NOW) == "vault.unknown"
    assert ask_opening(home, wanted(*found, *many), by=INSPECTOR, now=NOW)
    assert (
        code(ask_opening, home, wanted(*found, *many, "s-one-more"), by=HEAD, now=NOW) == "vault.sites-many"
    )


def test_the_same_request_twice_is_one(home):
    """A form sent twice asks once; another ground is another request."""
    site, _ = sites(home)
    first = ask_opening(home, wanted(site), by=INSPECTOR, now=NOW)
    assert ask_opening(home, wanted(site, site), by=INSPECTOR, now=NOW) == first
    assert ask_opening(home, wanted(site, because="other"), by=INSPECTOR, now=NOW) != first
    assert len(audit.entries(verb="vault.opening.ask")) == 2


def test_a_danger_does_not_wait_and_is_reviewed(home):
    """One person opens at once, for a danger alone; head and auditor are told and judge it."""
    site, _ = sites(home)
    assert code(break_glass, home, wanted(site), by=INSPECTOR, now=NOW) == "vault.not-a-danger"
    id = break_glass(home, wanted(site, purpose="danger"), by=INSPECTOR, now=NOW)
    assert look_behind(home, id, site, by=INSPECTOR, now=NOW).clinic == CLINIC
    assert set(Notice.objects.filter(subject=f"vault {id}").values_list("role", flat=True)) == {
        "head",
        "auditor",
    }
    late = NOW + HOUR
    assert code(review_opening, id, "justified", because="ok", by=HEAD, now=NOW) == "vault.opening-state"
    assert code(review_opening, id, "justified", because="ok", by=INSPECTOR, now=late) == "vault.not-yours"
    assert code(review_opening, id, "fine", because="ok", by=AUDITOR, now=late) == "vault.finding"
    review_opening(id, "unjustified", because="nobody was in danger", by=AUDITOR, now=late)
    card = opening(HEAD, id, now=late)
    assert (card.state, card.finding, card.waits_for_review) == ("reviewed", "unjustified", False)


def test_who_broke_the_glass_does_not_judge_it(home):
    """Not even the head; and what two people opened is not reviewed."""
    site, _ = sites(home)
    id = break_glass(home, wanted(site, purpose="danger"), by=HEAD, now=NOW)
    assert code(review_opening, id, "justified", because="ok", by=HEAD, now=NOW + HOUR) == "vault.not-yours"
    two = opened(home, site)
    assert (
        code(review_opening, two, "justified", because="ok", by=AUDITOR, now=NOW + HOUR)
        == "vault.opening-state"
    )


def test_a_review_nobody_made_is_told_once(home):
    """After the house's term head and auditor hear of it, and not again the next minute."""
    site, _ = sites(home)
    id = break_glass(home, wanted(site, purpose="danger"), by=HEAD, now=NOW)
    due = opening(HEAD, id, now=NOW).review_due
    assert due is not None and due > NOW.date()
    assert [watch_openings(home, now=NOW + n * DAY).escalated for n in (1, 20, 20)] == [0, 1, 0]


def test_an_interest_bars(home):
    """In the clinic behind the site: who has one is shown nothing, and that is told."""
    site, _ = sites(home)
    ward = Organisation.objects.create(
        code="ward", name_ru="Палата", name_en="Ward", kind="clinic", oid=CLINIC_OID
    )
    row = Interest.objects.create(
        username="head", organisation=ward.code, why="a relative", declared_by="head", declared_at=NOW
    )
    id = opened(home, site)
    assert code(look_behind, home, id, site, by=HEAD, now=NOW) == "vault.own-interest"
    assert look_behind(home, id, site, by=INSPECTOR, now=NOW).clinic == CLINIC
    assert audit.entries(verb="vault.opening.interest")[0].by == "head"
    assert Notice.objects.filter(subject=f"vault {id}", role="auditor").count() == 1
    Interest.objects.filter(pk=row.pk).update(ended_at=NOW)
    assert look_behind(home, id, site, by=HEAD, now=NOW).clinic == CLINIC


def test_an_interest_in_the_maker_bars_asking_and_approving(home):
    """The affair's device is of a maker in which one has an interest: another person must do it."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    site, _ = sites(home)
    maker = Device.objects.select_related("maker").get().maker.code
    about = f"device {Device.objects.get().code}"
    id = ask_opening(home, wanted(site, about=about), by=INSPECTOR, now=NOW)
    for name in ("head", "inspector"):
        Interest.objects.create(
            username=name, organisation=maker, why="shares", declared_by=name, declared_at=NOW
        )
    assert code(decide_opening, id, approve=True, because="yes", by=HEAD, now=NOW) == "vault.own-interest"
    assert code(ask_opening, home, wanted(site, about=about), by=INSPECTOR, now=NOW) == "vault.own-interest"


def test_a_spoilt_seal_is_recorded_and_says_so(home):
    """The look stands in the ledger though nothing was seen: recorded first, shown after."""
    site, _ = sites(home)
    VaultEntry.objects.filter(site=site).update(sealed=b"x" * 40)
    id = opened(home, site)
    assert code(look_behind, home, id, site, by=HEAD, now=NOW) == "vault.damaged"
    assert VaultLook.objects.filter(site=site).count() == 1


def test_a_clinic_counts_at_once_and_learns_the_rest_afterwards(home):
    """While it is open only that it happened; then purpose, grounds, roles; a deferral holds them up."""
    site, other = sites(home)
    id = opened(home, site, other)
    look_behind(home, id, site, by=INSPECTOR, now=NOW)
    (told,) = openings_of_site(site, now=NOW)
    assert (told.on, told.at, told.because, told.people) == (NOW.date(), None, "", ())
    (told,) = openings_of_site(site, now=NOW + HOUR)
    assert (told.at, told.purpose, told.roles) == (NOW, "court", ("inspector", "head"))
    assert openings_of_site(other, now=NOW + HOUR) == ()
    AccessDeferral.objects.create(
        site=site, until=NOW + 9 * DAY, because="an inspection", placed_by="head", placed_at=NOW
    )
    assert openings_of_site(site, now=NOW + HOUR)[0].at is None
    assert openings_of_site(site, now=NOW + 9 * DAY)[0].because == "court's order 12"


def test_the_clinic_behind_a_look_is_told_by_the_relay(home):
    """The day after it ended, once, in a text that names nothing; a clinic nobody looked at hears nothing."""
    site, _ = sites(home)
    ward = Organisation.objects.create(
        code="ward", name_ru="Палата", name_en="Ward", kind="clinic", oid=CLINIC_OID
    )
    User.objects.create(username="of-ward", role="clinic", organisation=ward)
    id = opened(home, site)
    look_behind(home, id, site, by=HEAD, now=NOW)
    assert [watch_openings(home, now=NOW + n * HOUR).told for n in (0, 1)] == [0, 0]
    assert [watch_openings(home, now=NOW + n * DAY).told for n in (1, 1, 2)] == [1, 0, 0]
    (notice,) = Notice.objects.filter(organisation_code="ward")
    assert (notice.text_ru, notice.subject) == (LETTER.ru, "vault")
    assert str(id) not in notice.text_ru + notice.text_en


def test_the_letter_waits_for_a_deferral(home):
    """While the head's deferral stands nothing is sent; when it has run out it is."""
    site, _ = sites(home)
    Organisation.objects.create(code="ward", name_ru="П", name_en="W", kind="clinic", oid=CLINIC_OID)
    AccessDeferral.objects.create(
        site=site, until=NOW + 5 * DAY, because="an inspection", placed_by="head", placed_at=NOW
    )
    look_behind(home, opened(home, site), site, by=HEAD, now=NOW)
    watch_openings(home, now=NOW + 2 * DAY)
    assert not Notice.objects.filter(organisation_code="ward").exists()
    watch_openings(home, now=NOW + 6 * DAY)
    assert Notice.objects.filter(organisation_code="ward").count() == 1


def test_who_sees_requests(home):
    """The desk and the auditor, newest first, those that wait before the others; nobody else."""
    site, _ = sites(home)
    old = opened(home, site)
    close_opening(old, by=HEAD, now=NOW)
    waiting = ask_opening(home, wanted(site), by=INSPECTOR, now=NOW)
    opened(home, site, because="closed soon")
    found = openings(AUDITOR, now=NOW + 2 * HOUR)
    assert (found[0].id, found[0].state) == (waiting, "asked")
    assert [one.state for one in found[1:]] == ["closed", "closed"]
    for person in [one for one in STRANGERS if one is not AUDITOR]:
        assert code(openings, person, now=NOW) == "vault.not-yours"


def test_no_table_and_no_deed_names_the_clinic(home):
    """Asked, opened, looked at, closed and told: the name is in the answer alone."""
    site, _ = sites(home)
    id = opened(home, site)
    look_behind(home, id, site, by=HEAD, now=NOW)
    close_opening(id, by=HEAD, now=NOW)
    watch_openings(home, now=NOW + DAY)
    kept = repr([list(table.objects.values()) for table in (VaultOpening, VaultLook, Notice)])
    told = kept + repr(list(audit.walk()))
    assert not any(word in told for word in (CLINIC.oid, CLINIC.inn, CLINIC.name_ru, CLINIC.name_en))
    assert vault.unseal(site, home=home) == CLINIC
