# SPDX-License-Identifier: Apache-2.0
"""The published rows of each set, kept ready in this process and brought up to date by what changed."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec
from django.db.models import Count, Max, Q, Sum
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.disclosure.asking.matching import Shown, shown
from nadzor.disclosure.asking.paging import question as short
from nadzor.disclosure.asking.sets import OpenSet, open_set
from nadzor.records.models import OpenRow, OpenShelf
from nadzor.register.fold import fold

FOLDS: Final = 65_536  # words of some thousand rows, most of them the same


class Mark(Struct, frozen=True):
    """What tells one stand of a set from another, without reading its rows."""

    change: int = 0
    rows: int = 0
    total: int = 0
    digest: str = ""


class Stand(Struct, frozen=True):
    """A set as published: its rows by key, and its mark."""

    mark: Mark
    rows: dict[str, Shown]
    changed_at: datetime | None


_lock = threading.Lock()
_held: dict[tuple[str, str], Stand] = {}


def stand(home: Home, name: str) -> Stand:
    """A set as it stands now.

    Raises: Refusal open.set-unknown.
    Why: thousands of rows are folded once and judged in memory; a search needs no index for every column.
    """
    one, place, mark = open_set(name), (str(home.root), name), mark_of(name)
    held = _held.get(place)
    if held is not None and held.mark == mark:
        return held
    with _lock:
        held = _held.get(place)
        if held is None or held.mark != mark:
            held = _followed(one, name, held, mark) or _read(one, name, mark)
            _held[place] = held
    return held


def mark_of(name: str) -> Mark:
    """The mark of what is published of a set now."""
    rows = OpenRow.objects.filter(shelf=name)
    told = rows.aggregate(
        newest=Max("change"), rows=Count("pk", filter=Q(content__isnull=False)), total=Sum("change")
    )
    if told["newest"] is None:
        return Mark()
    newest = rows.filter(change=told["newest"]).values_list("digest", flat=True).first()
    return Mark(told["newest"], told["rows"], told["total"], newest or "")


def _read(one: OpenSet, name: str, mark: Mark) -> Stand:
    return _with(one, name, {}, after=0, mark=mark)


def _followed(one: OpenSet, name: str, held: Stand | None, mark: Mark) -> Stand | None:
    """What was held with the changes since; None when the rows do not add up, as after a restore."""
    if held is None or held.mark.change >= mark.change:
        return None
    found = _with(one, name, dict(held.rows), after=held.mark.change, mark=mark)
    return found if len(found.rows) == mark.rows else None


def _with(one: OpenSet, name: str, rows: dict[str, Shown], *, after: int, mark: Mark) -> Stand:
    for row in OpenRow.objects.filter(shelf=name, change__gt=after).iterator(1000):
        if row.content is None:
            rows.pop(row.key, None)
        else:
            rows[row.key] = shown(one, row.content, change=row.change, fold=_fold)
    told = OpenShelf.objects.filter(shelf=name).values_list("changed_at", flat=True).first()
    return Stand(mark, rows, told)


@lru_cache(FOLDS)
def _fold(text: str) -> str:
    return fold(text)


def etag_of(mark: Mark, *question: str) -> str:
    """A tag that changes with every published change and with the question, and with nothing else."""
    return f'"{short(msgspec.json.encode(mark).decode(), *question)}"'
