# SPDX-License-Identifier: Apache-2.0
"""Role × route × object: every address of the table, asked by everybody about theirs and about others'."""

from __future__ import annotations

import re
from typing import Final

import pytest
from django.db import transaction

from nadzor.base.problems import problem
from nadzor.people.access import Entry, may_enter
from nadzor.people.roles import MAKERS, OVERSIGHT, Role
from nadzor.records.models import Notice
from tests.attack.matrix_asking import Said, World, ask, routes
from tests.attack.matrix_world import MALFORMED, MARK, OF_CASE, UNKNOWN, Thing, place, quiet

OTHER: Final = {"A": "B", "B": "A"}
#: Kinds of object that belong to one of the two houses, and to whom of those who may come in.
OF_DEVICE: Final = {"device", "signal", "dispute", "batch", "warning"}
#: What a page says, without the way through the house around it.
MAIN: Final = re.compile(rb".*(<main.*</main>).*", re.DOTALL)
#: Affairs of the desk, which whoever comes in sees of both houses.
OF_DESK: Final = {"opening", "order", "hold", "deferral", "embargo", "delegation", "interest", "claim",
                  "narrative"}  # fmt: skip
#: Refused, or its words refused before anything was looked up.
KEPT_OUT: Final = {403, 404, 405, 409, 413, 415, 422}
#: Leads on as ever, whatever was named; test_a_notice_of_others_stays_unread says that nothing was done.
SILENT: Final = {"notice-read"}
SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
#: What is there only in another state than that of the planted thing, and the test that reads it then.
LATER: Final = {
    "api:return_status": "tests/unit/api/test_seam_api.py",  # signed by a seam, not by a person
    "api:export_monitoring_report": "tests/portal/test_monitoring_pages.py",  # of a report that is written
    "monitoring-file": "tests/portal/test_monitoring_pages.py",
    "transmission-certificate": "tests/portal/test_transmission.py",  # of a test that was passed
    "filing-form": "tests/portal/test_filing_pages.py",  # of a draft
    "filing-letter": "tests/portal/test_filing_pages.py",  # of a move that sends one
    "filing-letter-pdf": "tests/portal/test_filing_pages.py",
    "event-document": "tests/portal/test_event_pages.py",  # of an event whose maker writes
    "event-form": "tests/portal/test_form_pages.py",  # of an event that has its report
    "event-form-file": "tests/portal/test_form_pages.py",
    "case-pack-inputs": "tests/portal/test_case_desk.py",  # of a case on a signal
    "letter-answer": "tests/portal/test_letter_pages.py",  # of an answer that is held back
}
#: Whoever tells anything to anybody changes their own session, or says where the house's pages are.
APART: Final = {"logout", "login", "preferences", "qualify-anew"}


def sees(name: str, role: Role, kind: str, house: str) -> bool | None:  # noqa: PLR0911
    """Whether somebody sees a thing of a house; None where the table of this test does not know."""
    own = "B" if name.startswith("rival") else "A"
    if kind == "warning" and role is Role.CLINIC:
        return None if own == "A" else house == own  # the town's own clinic runs devices of both
    if kind in OF_DEVICE:
        return role in OVERSIGHT or (role in SIDE and own == house)
    if kind == "event":
        return role in OVERSIGHT or (role in SIDE | {Role.CLINIC} and own == house)
    if kind == "case":
        return role in OVERSIGHT - {Role.MOSCOW_CENTRE} or (role in SIDE and own == house)
    if kind in OF_DESK:
        return True
    if kind in ("letter", "installation"):
        return role is not Role.CLINIC or own == house
    if kind == "message":
        return role is not Role.REPRESENTATIVE and own == house if role in SIDE else None
    if kind == "filing":
        staff = role in {Role.INSPECTOR, Role.HEAD, Role.REGISTRAR, Role.AUDITOR}
        return staff or (role in SIDE | {Role.EXPERT} and own == house)
    return None


EVERYBODY: Final = ["public", *(role.value for role in Role)]
#: Who is asked about each thing of both houses.  What a rival of a maker is kept from, the maker is kept from
#: in the other house; a clinic's rival differs, for the town's own clinic runs devices of both.
WHO: Final = [
    "inspector", "moscow_centre", "manufacturer_admin", "manufacturer_reporter", "representative", "expert",
    "clinic", "operator", "rival clinic",
]  # fmt: skip


def kind_of(found: Entry) -> str:
    """The object of an address; a case is a filing of its own."""
    return "case" if found.name in OF_CASE else found.object


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_meets_the_gate_the_table_says(world, who):
    """Who may not come in gets one and the same answer, whatever is there, and however honest the body."""
    role, wrong, told, thing = world.roles[who], [], {}, world.things["A"]
    for found, route, method in routes():
        if found.is_open or may_enter(role, found.name):
            continue
        url = place(found.name, route, found.object, thing)
        said = ask(world.clients[who], method, url, world.body(found.name, method, thing))
        wrong += _of_gate(who, found, said)
        plain = quiet(MAIN.sub(rb"\1", said.body), url, thing)
        first = told.setdefault((found.refused, said.status, found.name.startswith("api:"), method), plain)
        wrong += [] if plain == first else [f"{method} {found.name}: tells of what is there"]
    assert wrong == []


def _of_gate(who: str, found: Entry, said: Said) -> list[str]:
    if who != "public":
        right = said.status == problem(found.refused).status
    elif found.name.startswith("api:"):
        right = said.status == 401
    else:
        right = said.status == 302 and said.leads.startswith("/login/?next=")
    return [] if right else [f"{who} {found.name}: {said.status} {said.leads}"]


@pytest.mark.parametrize("who", WHO)
def test_what_is_not_theirs_is_as_if_it_were_not(world, who):
    """The other house's things answer like numbers nobody gave, to a body that their own house may send."""
    role, wrong = world.roles[who], []
    assert role is not None
    for found, route, method in routes():
        if found.object == "none" or found.is_open or not may_enter(role, found.name):
            continue
        wrong += _of_objects(world, who, found, route, method)
    assert wrong == []


def _of_objects(world: World, who: str, found: Entry, route: str, method: str) -> list[str]:
    client, role, wrong = world.clients[who], world.roles[who], []
    assert role is not None
    strange = [house for house in world.things if sees(who, role, kind_of(found), house) is False]
    for house in strange:
        thing = world.things[house]
        nothing = Thing("ai-999", UNKNOWN["event"], thing.ids, {**thing.known, "device": "ai-999"})
        none = place(found.name, route, found.object, UNKNOWN)
        url = place(found.name, route, found.object, thing)
        nobody = ask(client, method, none, world.body(found.name, method, nothing))
        said = ask(client, method, url, world.body(found.name, method, thing))
        at = f"{who} {method} {found.name} of {house}: {said.status}"
        same = said.status == nobody.status and quiet(said.body, url, thing, UNKNOWN) == quiet(
            nobody.body, none, thing, UNKNOWN
        )
        kept_out = {said.status, nobody.status} <= KEPT_OUT or found.name in SILENT
        wrong += [] if kept_out else [f"{at}, {nobody.status}"]
        hidden = found.hidden == 404
        wrong += [f"{at}, and of nothing: {nobody.status}"] if hidden and not same else []
        secret = said.status == 404 or found.name in SILENT
        wrong += [] if secret or not hidden else [f"{at}: no secret of it"]
        wrong += [f"{at} tells {MARK[house]}"] if MARK[house].encode() in said.told else []
    return wrong


@pytest.mark.parametrize("who", [*WHO, "head", "registrar", "auditor"])
def test_what_is_theirs_is_there(world, who):
    """Whoever sees a thing reads its pages: the silence of the test above is no silence of everything."""
    role, wrong, read = world.roles[who], [], 0
    assert role is not None
    for found, route, method in routes():
        if method != "GET" or found.object == "none" or not may_enter(role, found.name):
            continue
        for house, thing in world.things.items():
            if sees(who, role, kind_of(found), house) is not True or found.name in LATER:
                continue
            said = ask(world.clients[who], "GET", place(found.name, route, found.object, thing))
            read += said.status == 200
            wrong += [] if said.status in (200, 302) else [f"{found.name} of {house}: {said.status}"]
    assert wrong == [] and (read > 10 or role in (Role.EXPERT, Role.CLINIC, Role.OPERATOR))


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_honest_deed_on_their_own_is_answered(world, who):
    """Every operation and form that somebody may come in to, with its body: an answer, and no fault."""
    role, wrong, done = world.roles[who], [], 0
    for found, route, method in routes():
        if method == "GET" or not may_enter(role, found.name) or found.name == "logout":
            continue
        thing = world.things["A"]
        url = place(found.name, route, found.object, thing)
        said = ask(world.clients[who], method, url, world.body(found.name, method, thing))
        wrong += [f"{method} {found.name}: {said.status}"] if said.status >= 500 else []
        done += said.status < 400
    assert wrong == [] and done >= 5


def test_a_notice_of_others_stays_unread(world):
    """Whose notice it is not leaves no mark on it."""
    for who, house in (("manufacturer_admin", "B"), ("rival manufacturer_admin", "A")):
        row = Notice.objects.get(pk=world.things[house].ids["message"])
        with transaction.atomic():
            world.clients[who].post(f"/account/notices/{row.pk}/")
            after = Notice.objects.values_list("read_at", "read_by").get(pk=row.pk)
            transaction.set_rollback(True)
        assert after == (row.read_at, row.read_by)


def test_a_batch_of_others_is_as_if_there_were_none(world):
    """Page, receipt and bundle: a foreign batch's number answers like one beyond the end."""
    maker, foreign = world.clients["manufacturer_admin"], world.things["B"].ids["batch"]
    ways = ["/journal/{}/", "/journal/{}/receipt.json", "/journal/{}/bundle.json",
            "/api/v1/batches/{}/bundle"]  # fmt: skip
    ask(maker, "GET", "/")  # reads away what an earlier deed had to say
    for way in ways:
        urls = [way.format(number) for number in (foreign, "99999999")]
        theirs, none = (ask(maker, "GET", url) for url in urls)
        assert theirs.status == none.status == 404, way
        told = (MAIN.sub(rb"\1", each.body) for each in (theirs, none))
        both = {"theirs": foreign, "none": "99999999"}
        assert quiet(next(told), urls[0], both) == quiet(next(told), urls[1], both)
        assert world.things["B"].device.encode() not in theirs.told


@pytest.mark.parametrize("who", ["public", "head", "manufacturer_admin", "clinic"])
def test_what_is_no_number_at_all_is_refused_without_a_fault(world, who):
    """Malformed identifiers at every address: an answer, never a fault of ours."""
    wrong = []
    for found, route, method in routes():
        if found.object == "none" or not may_enter(world.roles[who], found.name):
            continue
        body = world.body(found.name, method, world.things["A"])
        said = ask(world.clients[who], method, place(found.name, route, found.object, MALFORMED), body)
        wrong += [f"{found.name}: {said.status}"] if said.status >= 500 or said.status == 200 else []
    assert wrong == []


@pytest.mark.parametrize(
    "who",
    [
        "public",
        "operator",
        "rival manufacturer_admin",
        "rival representative",
        "rival expert",
        "rival clinic",
        "manufacturer_admin",
        "clinic",
        "expert",
    ],
)
def test_no_list_export_or_feed_tells_of_the_other_house(world, who):
    """Neither the words, nor the site, nor the numbers of what belongs to somebody else."""
    role, wrong, read = world.roles[who], [], 0
    own = "B" if who.startswith("rival") else "A"
    strange = [OTHER[own]] if role in SIDE | {Role.CLINIC} else ["A", "B"]
    planted = {
        each for house in strange for each in _planted(world.things[house], house, role, is_own=house == own)
    }
    for found, route, method in routes():
        closed = not may_enter(role, found.name) or found.name in APART
        if found.object != "none" or method != "GET" or closed:
            continue
        said = ask(world.clients[who], "GET", place(found.name, route, "none", world.things[own]))
        read += said.status == 200
        wrong += [f"{found.name}: {said.status}"] if said.status >= 500 else []
        wrong += [f"{who} {found.name} tells {each}" for each in planted if each.encode() in said.told]
    assert wrong == [] and read > 15


def _planted(thing: Thing, house: str, role: Role | None, *, is_own: bool) -> list[str]:
    """What nobody outside reads; an expert reads its filing, a clinic a letter that names the event."""
    found = {MARK[house], thing.event, thing.ids["installation"], thing.ids["code"], thing.ids["filing"]}
    if role is Role.EXPERT and is_own:
        found -= {MARK[house], thing.ids["filing"]}
    return sorted(found - ({thing.event} if role is Role.CLINIC else set()))
