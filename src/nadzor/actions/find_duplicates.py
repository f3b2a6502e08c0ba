# SPDX-License-Identifier: Apache-2.0
"""Find events that may be one and propose them to a person; nothing is merged, nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Count, Max
from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Text
from nadzor.procedures.adverse_event import DECLINED, DUPLICATE, UNCONFIRMED
from nadzor.records import notices
from nadzor.records.audit import record
from nadzor.vigilance.alike import Likely, Report, likely
from nadzor.vigilance.models import AdverseEvent, LikelySame, Narrative

MARK: Final = "duplicates.json"  # what the last comparison had seen; losing it costs one more comparison
LEFT_OUT: Final = (DUPLICATE, DECLINED, UNCONFIRMED)
DIFFERENT: Final = "different"

_PROPOSED: Final = Text(
    ru="Найдены пары событий, которые могут быть одним: {n}. Решает человек.",
    en="Pairs of events that may be one were found: {n}. A person decides.",
)


class Seen(Struct, frozen=True):
    """What a comparison had before it: how many events, and the newest change among them."""

    events: int
    changed_at: datetime | None


class DuplicateReport(Struct, frozen=True):
    """What a comparison did; `standing` are likely pairs that were proposed or judged before."""

    compared: int
    proposed: int
    standing: int
    skipped: bool = False


def find_duplicates(home: Home, *, now: datetime, anew: bool = False) -> DuplicateReport:
    """Propose pairs that are likely one event; with nothing new since the last time, nothing is done."""
    seen = _seen()
    if not anew and _last(home) == seen:
        return DuplicateReport(seen.events, 0, 0, skipped=True)
    reports = _reports()
    found = likely(reports)
    report = _propose(found, len(reports), now=now)
    write_atomic(home.root / MARK, msgspec.json.encode(seen))
    return report


@transaction.atomic
def _propose(found: Sequence[Likely], compared: int, *, now: datetime) -> DuplicateReport:
    """Write pairs that are new; what a person said of a pair stands, and its cluster follows for the rest."""
    rows = LikelySame.objects.select_related("first", "second")
    before = {(row.first.number, row.second.number): row for row in rows}
    fresh = [each for each in found if (each.first, each.second) not in before]
    ids = dict(AdverseEvent.objects.filter(number__in=_numbers(fresh)).values_list("number", "pk"))
    LikelySame.objects.bulk_create(
        LikelySame(
            first_id=ids[each.first], second_id=ids[each.second], cluster=each.cluster, weight=each.weight,
            probability=each.probability, compared=dict(each.compared), found_at=now,
        )
        for each in fresh
    )  # fmt: skip
    moved = [row for each in found if (row := before.get((each.first, each.second))) and _moved(row, each)]
    LikelySame.objects.bulk_update(moved, ["cluster"])
    if fresh:
        record("vigilance.duplicates.find", "events", by="house", because="likely the same", now=now,
               compared=compared, proposed=len(fresh))  # fmt: skip
        text = Text(ru=_PROPOSED.ru.format(n=len(fresh)), en=_PROPOSED.en.format(n=len(fresh)))
        notices.to_role("inspector", subject="events", text=text, now=now)
    return DuplicateReport(compared, len(fresh), len(found) - len(fresh))


def _moved(row: LikelySame, each: Likely) -> bool:
    if row.said or row.cluster == each.cluster:
        return False
    row.cluster = each.cluster
    return True


def _numbers(found: Sequence[Likely]) -> set[str]:
    return {number for each in found for number in (each.first, each.second)}


def _reports() -> list[Report]:
    """Every event that may be one of two, in the order of filing; a held narrative lends no words."""
    words = dict(
        Narrative.objects.filter(held=False).exclude(text="").values_list("document__event_id", "text")
    )
    rows = AdverseEvent.objects.exclude(state__in=LEFT_OUT).order_by("id")
    return [
        Report(
            number=row.number, device=row.device or row.device_told.casefold(), version=row.version,
            site=row.site, installation=row.installation, study=row.study, event_on=row.event_on,
            aware_on=row.aware_on, event_type=row.event_type, problems=_codes(row.problems),
            effects=_codes(row.effects), words=words.get(row.pk, ""),
        )
        for row in rows.iterator()
    ]  # fmt: skip


def _codes(kept: list[dict[str, str]]) -> str:
    return " ".join(sorted(each["code"] for each in kept))


def _seen() -> Seen:
    found = AdverseEvent.objects.aggregate(events=Count("id"), changed_at=Max("changed_at"))
    return Seen(found["events"], found["changed_at"])


def _last(home: Home) -> Seen | None:
    try:
        return msgspec.json.decode((home.root / MARK).read_bytes(), type=Seen)
    except (OSError, msgspec.DecodeError):
        return None
