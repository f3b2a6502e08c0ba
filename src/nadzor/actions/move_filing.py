# SPDX-License-Identifier: Apache-2.0
"""Move a filing along its table: the one hand that does, with everything a move brings in one transaction.

(1) The row is locked, and this person may see it; (2) no interest bars it, and what the head decides, the
head or a dated delegate decides; (3) the table, its clocks and the day allow it; (4) what the move asks for
is there, and a case rests on enough; (5) what is handed in is kept whole; (6) the step is written; (7) the
register changes as the move says; (8) pack, letter, notices, seal and audit follow.  A refusal changes
nothing; it is logged and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import structlog
from django.db import transaction
from msgspec import Struct

from nadzor.actions.add_case_ground import must_rest
from nadzor.actions.change_register import change_register, prepare_change
from nadzor.actions.count_refusal import count_refusal
from nadzor.actions.filing_deed import HANDING_IN, Deed
from nadzor.actions.hand_in import choose_expert, hand_in
from nadzor.actions.make_pack import write_pack
from nadzor.actions.seams.seal import seal_step
from nadzor.actions.tell_parties import tell_parties
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import allowed_on
from nadzor.procedures.steps import Step
from nadzor.records import audit
from nadzor.register import authority
from nadzor.register.filing_facts import heeded
from nadzor.register.filing_flags import parties
from nadzor.register.filing_permissions import SIDE, acting_role, may_see_filing
from nadzor.register.filing_rows import steps_of, whose
from nadzor.register.filing_words import called
from nadzor.register.models import Filing, FilingStep
from nadzor.register.own_measures import must_not_judge_own

GROUNDS_MAX: Final = 4000  # one page: more belongs into a file
AUDIT_MAX: Final = 500  # the chain keeps the beginning; the step keeps all of it
log = structlog.get_logger()


class Asked(Struct, frozen=True):
    """A move as it was asked for."""

    number: str
    verb: str
    because: str
    facts: Mapping[str, Any]


def move_filing(
    number: str, verb: str, *, by: Person | None, because: str = "", now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Make a move and return the state it leads to.

    Raises: Refusal filing.unknown for a filing the person may not see; filing.interest, filing.no-delegation;
    case.own-measure, case.nobody-else;
    the refusals of `allowed_on` (move.…); filing.fact-malformed and what the move's own parts refuse.
    """
    asked = Asked(number, verb, because.strip(), facts or {})
    try:
        with transaction.atomic():
            return _made(asked, by=by, now=now)
    except Refusal as refusal:
        role = by.role.value if by else "public"
        log.warning(
            "register.filing.refused", filing=number[:20], verb=verb[:40], role=role, code=refusal.code
        )
        count_refusal(verb, role=role, code=refusal.code, on=moscow_date(now))
        raise


def _made(asked: Asked, *, by: Person | None, now: datetime) -> str:
    row = _locked(asked.number, by)
    assert by is not None  # the public sees no filing
    deed = _allowed(row, asked, by=by, now=now)
    deed.facts |= heeded(deed.move, asked.facts, on=deed.on)
    must_rest(deed)
    if asked.verb in HANDING_IN:
        hand_in(deed, asked.facts)
    if asked.verb == "send_task":
        choose_expert(deed, asked.facts)
    prepare_change(deed, asked.facts)
    _write(deed)
    change_register(deed)
    write_pack(deed)
    tell_parties(deed)
    seal_step(deed)
    _record(deed)
    return deed.move.to


def _locked(number: str, by: Person | None) -> Filing:
    rows = Filing.objects.select_for_update(of=("self",))
    row = (
        rows.select_related("device", "maker__represented_by", "applicant", "expert")
        .filter(number=number)
        .first()
    )
    if row is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    return row


def _allowed(row: Filing, asked: Asked, *, by: Person, now: datetime) -> Deed:
    verb, because = asked.verb, asked.because
    procedure, steps, on = PROCEDURES[row.procedure], steps_of(row), _received(row, now)
    if by.role not in SIDE and authority.interested(by.username, parties(row)):
        raise Refusal("filing.interest")
    role, needs_delegation = acting_role(by, procedure, row.state, verb)
    delegation = authority.delegation(by.username, row.procedure, on) if needs_delegation else None
    if needs_delegation and delegation is None:
        raise Refusal("filing.no-delegation")
    must_not_judge_own(by.username, verb, row.steps.all(), organisations=parties(row), on=on)
    move = allowed_on(procedure, steps, verb, by=role, because=because, today=on, filed=row.filed_on)
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    facts = {"delegation": delegation.id, "order": delegation.order} if delegation else {}
    return Deed(
        row=row, move=move, steps=steps, by=by, role=role, on=on, now=now, because=because, facts=facts
    )


def _received(row: Filing, now: datetime) -> date:
    """The Moscow day of the move; what another door received counts from its own time of receipt."""
    today = moscow_date(now)
    if row.filed_on is None and row.external_at is not None:
        return min(moscow_date(row.external_at), today)
    return today


def _write(deed: Deed) -> None:
    row, move = deed.row, deed.move
    FilingStep.objects.create(
        filing=row, at=deed.now, on=deed.on, verb=move.verb, start=row.state, to=move.to,
        by=deed.by.username, role=deed.by.role.value, organisation=deed.by.organisation or "",
        because=deed.because, facts=deed.facts,
    )  # fmt: skip
    step = Step(move.verb, row.state, move.to, deed.on, deed.role, deed.because)  # type: ignore[arg-type]
    deed.steps = (*deed.steps, step)
    row.state, row.changed_at = move.to, deed.now
    if move.verb != "withdraw":  # a draft that is given up was never filed
        row.filed_on = row.filed_on or deed.on
    row.save(update_fields=["state", "changed_at", "filed_on", "expert"])


def _record(deed: Deed) -> None:
    row, move = deed.row, deed.move
    audit.record(
        f"register.filing.{move.verb}", f"filing {row.number}", by=deed.by.username, now=deed.now,
        because=deed.because[:AUDIT_MAX] or called(row.procedure, verb=move.verb).en,
        start=move.start, to=move.to, procedure=row.procedure,
        **({"delegation": deed.facts["delegation"]} if "delegation" in deed.facts else {}),
    )  # fmt: skip
