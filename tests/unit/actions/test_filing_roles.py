# SPDX-License-Identifier: Apache-2.0
"""Role, state, verb: nobody but whom the table names moves anything, whoever they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from nadzor.actions.move_filing import move_filing
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import BACK, moves_from
from nadzor.procedures.registration_accelerated import REGISTRATION_ACCELERATED
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from nadzor.register import filings
from nadzor.register.models import Filing
from tests.filing_samples import (
    AGENT,
    CLINIC,
    EVERYBODY,
    FACTS,
    OPERATOR,
    OTHER_EXPERT,
    RIVAL,
    draft,
    move,
    town,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
TABLES = (REGISTRATION_SIMPLIFIED, REGISTRATION_ACCELERATED)
STATES = [(table.name, state) for table in TABLES for state in table.states if state != table.first]


def at(procedure, state):
    """A filing that got there by the table, on NOW; whoever had to wait came later."""
    number = draft(procedure=procedure)
    if procedure == "registration_accelerated":
        Filing.objects.filter(number=number).update(
            form={**Filing.objects.get(number=number).form, "expert_body": "nik"}
        )
    moment = NOW
    for step in path(PROCEDURES[procedure], state):
        moment += timedelta(days=120) if step.after else timedelta(minutes=1)
        move(number, step.verb, at=moment)
    return number, moment + timedelta(minutes=1)


def path(table, state):
    """The shortest way to a state."""
    ways = {table.first: ()}
    edge = [table.first]
    while state not in ways:
        start = edge.pop(0)
        for step in moves_from(table, start):
            if step.to != BACK and step.to not in ways:
                ways[step.to] = (*ways[start], step)
                edge.append(step.to)
    return ways[state]


@pytest.fixture(autouse=True)
def _town():
    town()


@pytest.mark.parametrize(("procedure", "state"), STATES)
def test_only_the_named_role_moves(procedure, state):
    """Every role tries every verb of a state: whom the table does not name is refused, and nothing moves."""
    number, now = at(procedure, state)
    for step in moves_from(PROCEDURES[procedure], state):
        for person in EVERYBODY:
            if person.role.value in step.by:
                continue
            with pytest.raises(Refusal) as refusal:
                move(number, step.verb, by=person, at=now)
            assert refusal.value.code in ("filing.unknown", "move.not-yours", "filing.no-delegation")
    assert Filing.objects.get(number=number).state == state


@pytest.mark.parametrize(("procedure", "state"), STATES)
def test_strangers_learn_nothing(procedure, state):
    """A rival, another maker's agent, another expert, a clinic, an operator, the public: no such filing."""
    number, now = at(procedure, state)
    verbs = [step.verb for step in moves_from(PROCEDURES[procedure], state)] or ["submit"]
    for person in (RIVAL, AGENT, OTHER_EXPERT, CLINIC, OPERATOR, None):
        with pytest.raises(Refusal, match=r"filing\.unknown"):
            filings.filing(person, number, today=TODAY)
        for verb in verbs:
            with pytest.raises(Refusal, match=r"filing\.unknown"):
                move_filing(number, verb, by=person, because="why", now=now, facts=FACTS)


@pytest.mark.parametrize(("procedure", "state"), STATES)
def test_buttons_are_the_moves_that_work(procedure, state):
    """What the card offers as open succeeds when the person does it; what it bars is refused as it says."""
    number, now = at(procedure, state)
    for person in EVERYBODY:
        for offer in offers(person, number, now):
            assert person.role.value in offer.move.by
            assert offer.words.ru and offer.words.en and (offer.refused is None) == (offer.why is None)
            assert tried(number, offer.move.verb, person, now) == offer.refused


def offers(person, number, now):
    """The buttons somebody sees."""
    try:
        card = filings.filing(person, number, today=moscow_date(now))
    except Refusal:
        return ()
    return filings.moves_open_to(person, card, today=moscow_date(now))


def tried(number, verb, person, now):
    """The code a move is refused with, if it is; whatever it did is undone."""
    point = transaction.savepoint()
    try:
        move(number, verb, by=person, at=now)
    except Refusal as refusal:
        return refusal.code
    finally:
        transaction.savepoint_rollback(point)
    return None
