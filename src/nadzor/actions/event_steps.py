# SPDX-License-Identifier: Apache-2.0
"""The steps and documents of an adverse event: what every action on events writes, in one way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.law.form import edition_or_last
from nadzor.law.norm import NormMissing
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.moves import Move, allowed
from nadzor.records import audit
from nadzor.statutory.event_form import KINDS
from nadzor.vigilance.event_rows import subject_of
from nadzor.vigilance.models import AdverseEvent, EventDocument, EventStep
from nadzor.vigilance.narratives import keep_narrative
from nadzor.vigilance.quality import rescored

AUDIT_MAX: Final = 500  # the chain keeps the beginning; the step keeps all of it
HOUSE: Final = "house"


class Hand(Struct, frozen=True):
    """Who acts: the name that is kept (a pseudonym for a clinic), the role, the organisation if it is one."""

    by: str
    role: str
    organisation: str = ""


THE_HOUSE: Final = Hand(HOUSE, HOUSE)
NO_FIELDS: Final[Mapping[str, Any]] = MappingProxyType({})


def step(
    row: AdverseEvent, verb: str, hand: Hand, *, now: datetime, on: date | None = None, because: str = "",
    added: Mapping[str, Any] | None = None,
) -> Move:  # fmt: skip
    """Make a move: the row's state, the step, the audit; `on` is the day that moves clocks, else today.

    Raises: Refusal move.not-from-here, move.not-yours, move.no-grounds.
    """
    move = allowed(ADVERSE_EVENT, row.state, verb, by=hand.role, because=because)
    EventStep.objects.create(
        event=row, at=now, on=on or moscow_date(now), verb=verb, start=move.start, to=move.to, by=hand.by,
        role=hand.role, because=because, added=dict(added or {}),
    )  # fmt: skip
    row.state, row.changed_at = move.to, now
    row.save()
    audit.record(
        f"vigilance.event.{verb}", subject_of(row.number), by=hand.by, now=now,
        because=because[:AUDIT_MAX] or verb, start=move.start, to=move.to, on=on or moscow_date(now),
        **{name: value for name, value in (added or {}).items() if isinstance(value, str | int)},
    )  # fmt: skip
    _forget(row)
    return move


def write_document(
    home: Home, row: AdverseEvent, kind: str, hand: Hand, *, now: datetime,
    fields: Mapping[str, Any] = NO_FIELDS, narrative: str = "", held_kind: str = "",
    on: date | None = None,
) -> tuple[EventDocument, bool]:  # fmt: skip
    """Keep a form as it was sent, with its narrative sealed if it names somebody; whether it is held."""
    document = EventDocument.objects.create(
        event=row, kind=kind, form=form_of(kind, on or moscow_date(now)), at=now,
        on=on or moscow_date(now), by=hand.by, role=hand.role,
        organisation=hand.organisation, fields=dict(fields), digest=digest_of(fields),
    )  # fmt: skip
    held = keep_narrative(home, document, narrative, kind=held_kind)
    _forget(row)
    return document, held


def form_of(kind: str, on: date) -> str:
    """The form a document is written in and its edition of that day, the last one where it has lapsed."""
    key = KINDS.get(kind, "")
    try:
        return f"{key} {edition_or_last(key, on).edition}" if key else ""
    except NormMissing:
        return key


def rescore(row: AdverseEvent) -> None:
    """Say anew how complete an event is; saved with the row."""
    texts = row.documents.filter(narrative__isnull=False).exists()
    row.quality = rescored(row, narrative=texts, outcome=row.documents.filter(kind="report").exists())


def digest_of(fields: Mapping[str, Any]) -> str:
    """The hash of a document's fields in canonical order; its free text is no part of it.

    Why: the hash of a short text with a name in it would let somebody test a guess.
    """
    return hashlib.sha256(msgspec.json.encode(msgspec.to_builtins(fields), order="deterministic")).hexdigest()


def next_number(now: datetime) -> str:
    """The next number of the year; the writer's lock of the transaction keeps two from taking one."""
    year = f"AE-{moscow_date(now).year}-"
    last = AdverseEvent.objects.filter(number__startswith=year).order_by("-number").first()
    return f"{year}{int(last.number.removeprefix(year)) + 1 if last else 1:06d}"


def _forget(row: AdverseEvent) -> None:
    """Drop what was fetched before the new step or document."""
    row._prefetched_objects_cache = {}  # type: ignore[attr-defined]
