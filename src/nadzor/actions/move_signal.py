# SPDX-License-Identifier: Apache-2.0
"""Move a signal along its table: the move, its grounds, its audit and its notices in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.moves import Move, allowed
from nadzor.procedures.signal import SIGNAL
from nadzor.records import audit, notices
from nadzor.register import queries as register
from nadzor.vigilance.models import Signal, SignalMove
from nadzor.vigilance.notices import notice
from nadzor.vigilance.permissions import may_move, may_see_signal

GROUNDS_MAX = 4000  # one page: more belongs into a file
AUDIT_MAX = 500  # the chain keeps the beginning; the move keeps all of it


@transaction.atomic
def move_signal(id: int, verb: str, *, by: Person | None, because: str, now: datetime) -> str:
    """Make a move and return the state it leads to.

    Raises: Refusal signal.unknown for a signal the person may not see; move.not-from-here, move.not-yours,
    move.no-grounds, move.grounds-too-long.
    """
    row = Signal.objects.select_for_update().filter(pk=id).first()
    maker = register.device(row.device).maker.code if row is not None and row.device else ""
    if row is None or by is None or not may_see_signal(by, maker=maker):
        raise Refusal("signal.unknown")
    move = allowed(SIGNAL, row.state, verb, by=by.role.value, because=because)
    if not may_move(by, move, maker=maker):
        raise Refusal("move.not-yours", "$.by", verb=verb, may=", ".join(move.by))
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    _write(row, move, by=by, because=because.strip(), now=now)
    _tell(row, move, maker=maker, because=because.strip(), now=now)
    return move.to


def _write(row: Signal, move: Move, *, by: Person, because: str, now: datetime) -> None:
    SignalMove.objects.create(
        signal=row, at=now, verb=move.verb, start=move.start, to=move.to,
        by=by.username, role=by.role.value, because=because,
    )  # fmt: skip
    row.state, row.changed_at = move.to, now
    row.save(update_fields=["state", "changed_at"])
    audit.record(
        f"vigilance.signal.{move.verb}", f"signal {row.pk}", by=by.username, now=now,
        because=because[:AUDIT_MAX] or "taken up", start=move.start, to=move.to,
    )  # fmt: skip


def _tell(row: Signal, move: Move, *, maker: str, because: str, now: datetime) -> None:
    facts = {"id": row.pk, "device": row.device, "because": because}
    if move.verb in ("ask_maker", "confirm") and maker:
        text = notice(move.verb, **facts)
        notices.to_organisation(maker, subject=f"signal {row.pk}", text=text, now=now)
    if move.verb == "answer":
        notices.to_role("inspector", subject=f"signal {row.pk}", text=notice("answer", **facts), now=now)
