# SPDX-License-Identifier: Apache-2.0
"""Move a signal along its table: the move, its grounds, its audit and its notices in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from msgspec import Struct

from nadzor.actions.merge_signals import led_by
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.moves import Move, allowed, allowed_with
from nadzor.procedures.signal import ARCHIVED, DECIDED, MERGED, SIGNAL, UNDER_REVIEW
from nadzor.records import audit, notices
from nadzor.register import authority
from nadzor.register import queries as register
from nadzor.register.filing_cards import DelegationCard
from nadzor.vigilance.models import Signal, SignalMove
from nadzor.vigilance.notices import notice
from nadzor.vigilance.permissions import may_move, may_see_signal
from nadzor.vigilance.reasons import must_fit

GROUNDS_MAX = 4000  # one page: more belongs into a file
AUDIT_MAX = 500  # the chain keeps the beginning; the move keeps all of it


class Grounds(Struct, frozen=True):
    """Why a move is made, and the answers to what it asks for."""

    because: str = ""
    added: Mapping[str, str] = {}


@transaction.atomic
def move_signal(id: int, verb: str, *, by: Person | None, grounds: Grounds, now: datetime) -> str:
    """Make a move and return the state it leads to.

    Raises: Refusal signal.unknown for a signal the person may not see; move.not-from-here, move.not-yours,
    move.no-grounds, move.grounds-too-long, move.unanswered; filing.interest;
    signal.reason-unknown, signal.version-unknown, signal.until-unclear, and those of merging.
    """
    because = grounds.because
    row = Signal.objects.select_for_update().filter(pk=id).first()
    maker = register.device(row.device).maker.code if row is not None and row.device else ""
    if row is None or by is None or not may_see_signal(by, maker=maker):
        raise Refusal("signal.unknown")
    role, power = authority.acting(by, SIGNAL, row.state, verb, on=moscow_date(now))
    move = allowed(SIGNAL, row.state, verb, by=role, because=because)
    if not may_move(by, move, maker=maker, role=role):
        raise Refusal("move.not-yours", "$.by", verb=verb, may=", ".join(move.by))
    authority.must_be_disinterested(by, authority.parties_of(row.device))
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    told = allowed_with(move, grounds.added)
    _dispose(row, move, told, by=by, now=now)
    _write(row, move, Grounds(because.strip(), told), by=by, now=now, power=power)
    _tell(row, move, maker=maker, because=because.strip(), now=now)
    return move.to


def _dispose(row: Signal, move: Move, told: Mapping[str, str], *, by: Person, now: datetime) -> None:
    """What the move leaves on the signal besides its state."""
    row.reason = told.get("reason_code", "")
    if row.reason:
        must_fit(row.reason, move.verb)
    row.fixed_version = _version(row, told["fixed_version"]) if "fixed_version" in told else ""
    row.archived_until, row.archived_version = None, ""
    if move.to == ARCHIVED:
        row.archived_until, row.archived_version = _until(row, told["archived_until"], moscow_date(now))
    if move.to == MERGED:
        row.leading = led_by(row, told["leading_signal"], by=by)
    elif move.start == MERGED:
        row.leading = None
    row.closed_on = moscow_date(now) if move.to in DECIDED else None
    if move.to == UNDER_REVIEW and by.role.value in ("inspector", "head"):
        row.owner, row.owner_role = by.username, by.role.value
    row.take_up_by = None


def _version(row: Signal, version: str) -> str:
    if version not in {each.version for each in register.versions(row.device)}:
        raise Refusal("signal.version-unknown", "$.added.fixed_version", version=version[:40])
    return version


def _until(row: Signal, text: str, today: date) -> tuple[date | None, str]:
    """The day or the version until which a signal is put off.

    Why: a version that is not in the register yet may be waited for; a day that is over may not.
    """
    try:
        until = date.fromisoformat(text)
    except ValueError:
        known = {each.version: each.released_on for each in register.versions(row.device)}
        if len(text) > 40 or known.get(text, date.max) <= today:
            raise Refusal("signal.until-unclear", "$.added.archived_until") from None
        return None, text
    if until <= today:
        raise Refusal("signal.until-unclear", "$.added.archived_until")
    return until, ""


def _write(
    row: Signal,
    move: Move,
    grounds: Grounds,
    *,
    by: Person,
    now: datetime,
    power: DelegationCard | None = None,
) -> None:
    SignalMove.objects.create(
        signal=row, at=now, verb=move.verb, start=move.start, to=move.to,
        by=by.username, role=by.role.value, because=grounds.because, added=dict(grounds.added),
    )  # fmt: skip
    row.state, row.changed_at = move.to, now
    row.save()
    facts: dict[str, Any] = {**grounds.added, **({"delegation": power.id} if power else {})}
    audit.record(
        f"vigilance.signal.{move.verb}", f"signal {row.pk}", by=by.username, now=now,
        because=grounds.because[:AUDIT_MAX] or "taken up", start=move.start, to=move.to, **facts,
    )  # fmt: skip


def _tell(row: Signal, move: Move, *, maker: str, because: str, now: datetime) -> None:
    facts = {"id": row.pk, "device": row.device, "because": because}
    if move.verb in ("ask_maker", "confirm") and maker:
        text = notice(move.verb, **facts)
        notices.to_organisation(maker, subject=f"signal {row.pk}", text=text, now=now)
    if move.verb == "answer":
        notices.to_role("inspector", subject=f"signal {row.pk}", text=notice("answer", **facts), now=now)
