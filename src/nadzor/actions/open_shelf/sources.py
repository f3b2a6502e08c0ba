# SPDX-License-Identifier: Apache-2.0
"""Where the rows of each open set come from, and a stamp that changes whenever they may have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache

import msgspec
from django.db.models import Max
from msgspec import Struct

from nadzor.actions.open_shelf.cell_rows import cell_rows
from nadzor.actions.open_shelf.entry_rows import change_rows, entry_rows, suspension_rows
from nadzor.actions.open_shelf.norm_rows import norm_rows
from nadzor.actions.open_shelf.notice_rows import notice_rows
from nadzor.base.home import Home
from nadzor.disclosure.asking.sets import Row, shelf
from nadzor.records.embargoes import embargoes
from nadzor.records.releases import published
from nadzor.register import queries, revisions
from nadzor.register.models import Device
from nadzor.vigilance.models import PublicNotice


class Source(Struct, frozen=True):
    """One set's rows, and what they rest on: equal stamps mean equal rows."""

    rows: Callable[[Home, datetime], Iterator[Row]]
    rests_on: Callable[[datetime], object]


def stamp(source: Source, now: datetime) -> str:
    """A short name of all that a set rests on, the edition of its columns included."""
    told = msgspec.json.encode([shelf(), source.rests_on(now)], enc_hook=str, order="deterministic")
    return hashlib.sha256(told).hexdigest()


def _register(_now: datetime) -> object:
    newest = Device.objects.aggregate(newest=Max("changed_at"))["newest"]
    return [revisions.last_change(), queries.count_devices(), newest]


def _notices(now: datetime) -> object:
    newest = PublicNotice.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return [PublicNotice.objects.count(), newest, [one.id for one in embargoes(holding=now)]]


def _releases(_now: datetime) -> object:
    return [[one.series, one.period, one.sha256] for one in published()]


@cache
def _norms() -> str:
    return hashlib.sha256(msgspec.json.encode(list(norm_rows()))).hexdigest()


SOURCES: dict[str, Source] = {
    "entries": Source(lambda home, now: entry_rows(), _register),
    "changes": Source(lambda home, now: change_rows(), _register),
    "notices": Source(lambda home, now: notice_rows(now=now), _notices),
    "suspensions": Source(
        lambda home, now: suspension_rows(now=now), lambda now: [_register(now), _notices(now)]
    ),
    "statistics": Source(lambda home, now: cell_rows(home), _releases),
    "norms": Source(lambda home, now: norm_rows(), lambda now: _norms()),
}
