# SPDX-License-Identifier: Apache-2.0
"""The matrix role × state × verb, driven through HTTP: who the table names gets past, nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from nadzor.actions.file_document import VERBS
from nadzor.base import clock
from nadzor.people.models import Organisation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.adverse_event import AWAITING
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import BACK, Move, Procedure
from nadzor.register.models import Device, Filing, FilingStep, Transmission
from nadzor.vigilance.event_permissions import BY_DOCUMENT
from nadzor.vigilance.models import AdverseEvent, EventStep, MonitoringReport, Signal
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    EXPERT,
    FACTS,
    FORM,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    MOSCOW,
    OPERATOR,
    REGISTRAR,
    REPORTER,
    RIVAL,
    town,
)
from tests.monitoring_samples import rows
from tests.register_samples import NOW
from tests.rollup_samples import write_rollups
from tests.unit.api.callers import calling, post
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
AGENT = Person("agent-a", "Agent", Role.REPRESENTATIVE, "agent", frozenset({"luchik"}))
EVERYBODY = (
    MAKER_ADMIN, REPORTER, AGENT, REGISTRAR, HEAD, INSPECTOR, EXPERT, MOSCOW, AUDITOR, CLINIC, OPERATOR,
)  # fmt: skip
KEPT_OUT = {403, 404}
YEAR = 2025
NEW = {"received_at": NOW, "changed_at": NOW, "reporter_role": "clinic", "seriousness": "other"}
#: Tables that no filing follows: they have addresses of their own.
ELSEWHERE = {"transmission", "signal", "adverse_event", "monitoring"}


def walk(table: Procedure) -> dict[str, list[Move]]:
    """The shortest way from the first state to every other, as moves of the table."""
    found: dict[str, list[Move]] = {table.first: []}
    edge = [table.first]
    for state in edge:
        for move in table.moves:
            if move.start == state and move.to != BACK and move.to not in found:
                found[move.to] = [*found[state], move]
                edge.append(move.to)
    return found


def standing(table: Procedure, state: str, moves: list[Move]) -> Filing:
    """A filing in a state, written straight into the tables with the steps that lead there."""
    now = clock.now() - timedelta(hours=30)
    maker = Organisation.objects.get(code="luchik")
    entered = "registration" not in table.name or state in {"registered", "annulled"}
    row = Filing.objects.create(
        number=f"2026-9{Filing.objects.count():05d}",
        procedure=table.name,
        state=state,
        title_ru="Дело",
        title_en="Case",
        device=Device.objects.get(code="ai-901") if entered else None,
        maker=maker,
        applicant=maker,
        expert=Organisation.objects.get(code="nik"),
        form=FORM,
        filed_on=clock.moscow_date(now),
        opened_by="luchik-a",
        opened_at=now,
        changed_at=now,
    )
    for move in moves:
        FilingStep.objects.create(
            filing=row, at=now, on=clock.moscow_date(now), verb=move.verb, start=move.start, to=move.to,
            by="x", role=move.by[0], because="because",
        )  # fmt: skip
    return row


@pytest.fixture
def streets(home):
    """The town, a client for everybody, and the maker's own representative."""
    town()
    clients = {who.role.value: calling(who) for who in EVERYBODY}
    agent = Organisation.objects.get(code="agent")
    Organisation.objects.filter(code="agent").update(kind="representative")
    Organisation.objects.filter(code="luchik").update(represented_by=agent)
    return clients


def ask(client: Any, path: str, body: Any) -> tuple[int, str]:
    """One attempt, of which nothing remains: status and code."""
    with transaction.atomic():
        answer = post(client, path, body)
        transaction.set_rollback(True)
    return answer.status_code, "" if answer.status_code < 400 else answer.json()["code"]


def cases(table: Procedure) -> Iterator[tuple[str, Move]]:
    """Every move of a table with the state it starts from."""
    yield from ((move.start, move) for move in table.moves)


def wrong_of(table: Procedure, move: Move, told: dict[str, tuple[int, str]]) -> list[str]:
    """Roles for which the door and the table disagree."""
    found = []
    for role, (status, code) in told.items():
        named, place = role in move.by, f"{table.name} {move.start} {move.verb} {role}: {status} {code}"
        if status >= 500 or (named and status in KEPT_OUT) or (not named and status not in KEPT_OUT):
            found.append(place)
    return found


@pytest.mark.parametrize("name", sorted(set(PROCEDURES) - ELSEWHERE))
def test_the_table_alone_decides_who_may_move_a_filing(streets, name):
    """Named roles get past, all others meet 403 or 404; rivals see nothing, the public signs in."""
    table = PROCEDURES[name]
    rows = {state: standing(table, state, moves) for state, moves in walk(table).items()}
    rival, public = calling(RIVAL), calling(None)
    wrong = []
    for state, move in cases(table):
        path = f"filings/{rows[state].number}/moves"
        body = {"verb": move.verb, "because": "because", "facts": FACTS}
        wrong += wrong_of(table, move, {role: ask(client, path, body) for role, client in streets.items()})
        wrong += [f"{state} {move.verb} rival"] if ask(rival, path, body) != (404, "filing.unknown") else []
        wrong += [f"{state} {move.verb} public"] if ask(public, path, body) != (401, "api.anonymous") else []
    assert wrong == []
    assert {row.state for row in Filing.objects.filter(procedure=name)} == set(table.states)


def test_a_state_lets_nothing_through_that_the_table_has_not(streets):
    """Every verb from every state that has no such move: 409 for whoever sees it, 403 or 404 for others."""
    table = PROCEDURES["registration_simplified"]
    wrong = []
    for state, moves in walk(table).items():
        row = standing(table, state, moves)
        possible = {move.verb for move in table.moves if move.start == state}
        for verb in set(table.verbs) - possible:
            body = {"verb": verb, "because": "because", "facts": FACTS}
            for role in ("registrar", "head", "manufacturer_admin"):
                told = ask(streets[role], f"filings/{row.number}/moves", body)
                wrong += [f"{state} {verb} {role} {told}"] if told != (409, "move.not-from-here") else []
    assert wrong == []


def test_the_table_alone_decides_who_may_move_the_gate(streets):
    """What a registrar may, no other role may; what the house notes, nobody may."""
    table = PROCEDURES["transmission"]
    row = Transmission.objects.create(
        device=Device.objects.get(code="ai-901"), state=table.first, changed_at=clock.now()
    )
    place, wrong = "devices/ai-901/transmission", []
    for state, move in cases(table):
        Transmission.objects.filter(pk=row.pk).update(state=state)
        path = f"{place}/access" if move.verb == "grant_access" else f"{place}/moves"
        body = {"verb": move.verb, "because": "because", "month": "2026-10"}
        wrong += wrong_of(table, move, {role: ask(client, path, body) for role, client in streets.items()})
        wrong += [] if ask(calling(RIVAL), path, body)[0] == 403 else [f"{state} {move.verb} rival"]
        wrong += [] if ask(calling(None), path, body)[0] == 401 else [f"{state} {move.verb} public"]
    assert wrong == []


def test_the_table_alone_decides_who_may_move_a_signal(streets):
    """Inspector, head and the maker each by their own moves; a rival does not know of it."""
    table, wrong = PROCEDURES["signal"], []
    row = file_signal(device="ai-901")
    for state, move in cases(table):
        Signal.objects.filter(pk=row.pk).update(state=state)
        path, body = f"signals/{row.pk}/moves", {"verb": move.verb, "because": "because"}
        wrong += wrong_of(table, move, {role: ask(client, path, body) for role, client in streets.items()})
        wrong += [] if ask(calling(RIVAL), path, body)[0] == 404 else [f"{state} {move.verb} rival"]
        wrong += [] if ask(calling(None), path, body)[0] == 401 else [f"{state} {move.verb} public"]
    assert wrong == []


def test_the_table_alone_decides_who_may_move_an_event(streets):
    """The desk by moves, the maker's side by documents, a clinic at its own site; the house by nobody."""
    table, wrong = PROCEDURES["adverse_event"], []
    row = AdverseEvent.objects.create(number="AE-2026-000001", device="ai-901", way="api", **NEW)
    for verb, start, to in (
        ("send_message", "noticed", "received"),
        ("tell_maker_other", "received", AWAITING),
    ):
        on = NOW.date()
        EventStep.objects.create(event=row, at=NOW, on=on, verb=verb, start=start, to=to, role="house")
    kinds = {verb: kind for kind, verb in VERBS.items() if kind != "message"}
    for state, move in cases(table):
        AdverseEvent.objects.filter(pk=row.pk).update(state=state)
        path, body = f"events/{row.number}/moves", {"verb": move.verb, "because": "because"}
        if move.verb in kinds:
            path = f"events/{row.number}/documents"
            body = {"kind": kinds[move.verb], "fields": {}, "narrative": "because"}
        elif move.verb in BY_DOCUMENT:
            continue
        told = {role: ask(client, path, body) for role, client in streets.items() if role != "clinic"}
        wrong += wrong_of(table, move, told)
        wrong += [] if ask(streets["clinic"], path, body)[0] in {403, 404, 409} else [f"{move.verb} clinic"]
        wrong += [] if ask(calling(RIVAL), path, body)[0] == 404 else [f"{state} {move.verb} rival"]
        wrong += [] if ask(calling(None), path, body)[0] == 401 else [f"{state} {move.verb} public"]
    assert wrong == []


def test_the_table_alone_decides_who_may_move_a_yearly_report(home, streets):
    """Maker, who signs, inspector and head each by their own moves; for a rival there is no report."""
    write_rollups(home, rows())
    table, wrong = PROCEDURES["monitoring"], []
    row = MonitoringReport.objects.create(device="ai-901", year=YEAR, state=table.first, changed_at=NOW)
    for state, move in cases(table):
        MonitoringReport.objects.filter(pk=row.pk).update(state=state)
        path = f"devices/ai-901/monitoring/{YEAR}/moves"
        body = {"verb": move.verb, "because": "because"}
        wrong += wrong_of(table, move, {role: ask(client, path, body) for role, client in streets.items()})
        wrong += [] if ask(calling(RIVAL), path, body)[0] == 404 else [f"{state} {move.verb} rival"]
        wrong += [] if ask(calling(None), path, body)[0] == 401 else [f"{state} {move.verb} public"]
    assert wrong == []


def test_signals_are_told_to_oversight_and_to_the_device_s_maker(streets):
    """List and card; a rival's list is empty and the card does not exist."""
    row = file_signal(device="ai-901")
    for who in (INSPECTOR, MAKER_ADMIN, AGENT):
        client = calling(who)
        page = client.get("/api/v1/signals", {"state": "open", "device": "ai-901"}).json()
        assert [each["id"] for each in page["items"]] == [row.pk]
        assert client.get(f"/api/v1/signals/{row.pk}").json()["row"]["state"] == "raised"
    assert calling(RIVAL).get("/api/v1/signals").json()["items"] == []
    assert calling(RIVAL).get(f"/api/v1/signals/{row.pk}").status_code == 404
