# SPDX-License-Identifier: Apache-2.0
"""Role × route × object: every address of the table, asked by everybody about theirs and about others'."""

from __future__ import annotations

from typing import Final

import pytest

from nadzor.base.problems import problem
from nadzor.people.access import Entry, may_enter
from nadzor.people.roles import MAKERS, OVERSIGHT, Role
from tests.attack.matrix_asking import Said, World, ask, routes
from tests.attack.matrix_world import MALFORMED, MARK, UNKNOWN, Thing, address, quiet

OTHER: Final = {"A": "B", "B": "A"}
#: Kinds of object that belong to one of the two houses, and to whom of those who may come in.
OF_DEVICE: Final = {"device", "signal", "dispute", "batch", "warning"}
#: Refused, or its words refused before anything was looked up.
KEPT_OUT: Final = {403, 404, 405, 409, 413, 415, 422}
SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
#: What a page of one's own thing answers.
IS_THERE: Final = {200, 405}  # a form that is only sent has no page
#: There only from a later state on.
LATER: Final = frozenset(
    {"api:return_status",  # signed by a seam, not by a person
     "api:read_clock", "api:read_paper", "api:read_paper_edition", "api:read_case_pack",
     "api:export_monitoring_report", "transmission-certificate", "filing-clock", "filing-paper",
     "filing-letter", "filing-letter-pdf", "event-form", "event-form-file", "case-pack", "case-pack-json",
     "case-pack-pdf", "monitoring-file", "api:similar_events", "api:quality_of_event",
     "api:known_signal", "api:known_event", "api:known_filing",  # want a moment in the address
     "filing-form", "event-document",  # from some states alone
     "filing-next-clock", "filing-papers",  # lead on
     "dispute", "dispute-paper"}  # print a whole sheet of a month: tests/portal/test_declared_pages.py
)  # fmt: skip
#: Whoever tells anything to anybody changes their own session, or says where the house's pages are.
APART: Final = {"logout", "login", "preferences", "qualify-anew"}


def sees(name: str, role: Role, kind: str, house: str) -> bool | None:
    """Whether somebody sees a thing of a house; None where the table of this test does not know."""
    own = "B" if name.startswith("rival") else "A"
    if kind == "warning" and role is Role.CLINIC:
        return None if own == "A" else house == own  # the town's own clinic runs devices of both
    if kind in OF_DEVICE:
        return role in OVERSIGHT or (role in SIDE and own == house)
    if kind == "event":
        return role in OVERSIGHT or (role in SIDE | {Role.CLINIC} and own == house)
    if kind == "filing":
        staff = role in {Role.INSPECTOR, Role.HEAD, Role.REGISTRAR, Role.AUDITOR}
        return staff or (role in SIDE | {Role.EXPERT} and own == house)
    return None


EVERYBODY: Final = ["public", *(role.value for role in Role)]
#: Who is asked about each thing.  Of the staff one, who sees all that the head, the registrar and the auditor
#: see of these kinds; those three meet the gate above, and test_api05 with a body.
WHO: Final = [
    "inspector", "moscow_centre", "manufacturer_admin", "manufacturer_reporter", "representative", "expert",
    "clinic", "operator",
    *(f"rival {role}"
      for role in ("manufacturer_admin", "manufacturer_reporter", "representative", "expert", "clinic")),
]  # fmt: skip


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_meets_the_gate_the_table_says(world, who):
    """Who may not come in gets one and the same answer whatever the address names."""
    role, wrong, ids = world.roles[who], [], (world.things["A"], UNKNOWN)
    for found, route, method in routes():
        if found.is_open or may_enter(role, found.name):
            continue
        own, none = (address(route, found.object, each) for each in ids)
        said = ask(world.clients[who], method, own)
        wrong += _of_gate(who, found, said)
        if own == none:
            continue
        again = ask(world.clients[who], method, none)
        same = said.status == again.status and quiet(said.body, own, *ids) == quiet(again.body, none, *ids)
        wrong += [] if same else [f"{found.name}: tells of what is there"]
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
    """The other house's things answer like numbers nobody gave; nothing falls over."""
    role, wrong = world.roles[who], []
    assert role is not None
    for found, route, method in routes():
        if found.object == "none" or found.is_open or not may_enter(role, found.name):
            continue
        wrong += _of_objects(world, who, found, route, method)
    assert wrong == []


def _of_objects(world: World, who: str, found: Entry, route: str, method: str) -> list[str]:
    client, role = world.clients[who], world.roles[who]
    assert role is not None
    none = address(route, found.object, UNKNOWN)
    nobody = ask(client, method, none)
    wrong = [f"{who} {found.name} unknown: {nobody.status}"] if nobody.status >= 500 else []
    for house, thing in world.things.items():
        if sees(who, role, found.object, house) is not False:
            continue
        url = address(route, found.object, thing)
        said = ask(client, method, url)
        place = f"{who} {method} {found.name} of {house}: {said.status}"
        same = said.status == nobody.status and quiet(said.body, url, thing, UNKNOWN) == quiet(
            nobody.body, none, thing, UNKNOWN
        )
        wrong += [] if said.status in KEPT_OUT else [place]
        wrong += [f"{place}, and of nothing: {nobody.status}"] if found.hidden == 404 and not same else []
        wrong += [f"{place} tells {MARK[house]}"] if MARK[house].encode() in said.told else []
    return wrong


@pytest.mark.parametrize("who", WHO)
def test_what_is_theirs_is_there(world, who):
    """Whoever sees a thing reads its pages: the silence of the test above is no silence of everything."""
    role, wrong, read = world.roles[who], [], 0
    assert role is not None
    for found, route, method in routes():
        if method != "GET" or found.object == "none" or not may_enter(role, found.name):
            continue
        for house, thing in world.things.items():
            if sees(who, role, found.object, house) is not True or found.name in LATER:
                continue
            said = ask(world.clients[who], "GET", address(route, found.object, thing), sends=False)
            read += said.status == 200
            wrong += [] if said.status in IS_THERE else [f"{found.name} of {house}: {said.status}"]
    assert wrong == [] and (read > 10 or role in (Role.EXPERT, Role.CLINIC, Role.OPERATOR))


@pytest.mark.parametrize("who", ["public", "head", "manufacturer_admin", "clinic"])
def test_what_is_no_number_at_all_is_refused_without_a_fault(world, who):
    """Malformed identifiers at every address: an answer, never a fault of ours."""
    wrong = []
    for found, route, method in routes():
        if found.object == "none" or not may_enter(world.roles[who], found.name):
            continue
        said = ask(world.clients[who], method, address(route, found.object, MALFORMED))
        wrong += [f"{found.name}: {said.status}"] if said.status >= 500 or said.status == 200 else []
    assert wrong == []


@pytest.mark.parametrize("who", ["public", "operator", *WHO[-5:], "manufacturer_admin", "clinic", "expert"])
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
        said = ask(world.clients[who], "GET", address(route, "none", world.things[own]))
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
