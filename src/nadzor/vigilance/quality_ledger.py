# SPDX-License-Identifier: Apache-2.0
"""How complete the events on file are: one with its parts, or all with what is missing most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from django.db.models import Exists, OuterRef
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.vigilance.event_scope import Wanted, in_scope
from nadzor.vigilance.models import AdverseEvent, EventDocument
from nadzor.vigilance.quality import Quality, core_of, dimensions, score

POOR = 0.3


class Missing(Struct, frozen=True):
    """A dimension and how many events lack it."""

    dimension: str
    ru: str
    en: str
    n: int


class Completeness(Struct, frozen=True, kw_only=True):
    """How complete a set of events is.  Units: scores 0..1; None for the median of none."""

    n: int
    median: float | None
    below_0_3: int
    missing: tuple[Missing, ...]


def quality_of(person: Person | None, number: str) -> Quality:
    """The score of one event with its parts.

    Raises: Refusal vigilance.event-unknown, also for an event the asker may not see.
    """
    row = next(_rows(person, Wanted(), number), None)
    if row is None:
        raise Refusal("vigilance.event-unknown")
    return _score(row)


def completeness(person: Person | None, wanted: Wanted | None = None) -> Completeness:
    """How complete the events are that a person may see, and what they lack, the commonest first."""
    values, lacking = [], Counter[str]()
    for row in _rows(person, wanted or Wanted()):
        told = _score(row)
        values.append(told.value)
        lacking.update(part.dimension for part in told.missing)
    labels = {name: each.label for name, each in dimensions().items()}
    return Completeness(
        n=len(values), median=median(values) if values else None, below_0_3=sum(v < POOR for v in values),
        missing=tuple(Missing(key, labels[key].ru, labels[key].en, n) for key, n in lacking.most_common()),
    )  # fmt: skip


def _rows(person: Person | None, wanted: Wanted, number: str = "") -> Iterator[AdverseEvent]:
    documents = EventDocument.objects.filter(event=OuterRef("pk"))
    rows = in_scope(person, wanted).annotate(
        told=Exists(documents.filter(narrative__isnull=False)),
        ended=Exists(documents.filter(kind="report").exclude(form="import")),
    )
    return (rows.filter(number=number) if number else rows).iterator()


def _score(row: AdverseEvent) -> Quality:
    return score(core_of(row, narrative=row.told, outcome=row.ended))  # type: ignore[attr-defined]
