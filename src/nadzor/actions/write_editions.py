# SPDX-License-Identifier: Apache-2.0
"""The one hand that writes editions: what changed, since when and why; the entry follows what holds today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.actions.enter_rows import enter_device
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register import revisions
from nadzor.register.editions import Edition, dated, digest, flat, holds, patch, restate, unfold
from nadzor.register.models import Device, Filing, Revision
from nadzor.register.revision_cards import Entry
from nadzor.workdays.spoken import plain

_SINCE_UNTOLD: Final = frozenset({"suspended", "cancelled"})  # a file says that it is so, not since when


class Deed(Struct, frozen=True):
    """Why an entry changes, by whom, when it became known here and since when it holds."""

    cause: str
    by: str
    now: datetime
    valid_from: date
    filing: Filing | None = None
    because: str = ""


def enter(device: Device, changes: Mapping[str, Any], deed: Deed) -> int:
    """Write the editions by which these changes hold, and bring the tables to today's; how many it took.

    Must be called inside a transaction.
    Raises: Refusal register.valid-from for a day before the entry began or after today.
    """
    Device.objects.select_for_update().get(pk=device.pk)
    known = revisions.editions(device.code)
    if not known and deed.cause != "registration":
        _remember(device, Deed("import", "house", deed.now, moscow_date(deed.now)))
        known = revisions.editions(device.code)
    _must_be_in_time(known, deed)
    written = _write(device, known, changes, deed)
    held = holds([*known, *written], moscow_date(deed.now))
    if written and held:
        enter_device(unfold(held.flat).row(), now=deed.now)
    audit.record(
        f"register.entry.{deed.cause}", f"device {device.code}", by=deed.by, now=deed.now,
        because=(deed.because or (f"filing {deed.filing.number}" if deed.filing else deed.cause))[:500],
        editions=len(written), valid_from=deed.valid_from, fields=sorted(changes),
    )  # fmt: skip
    return len(written)


def remember(codes: Iterable[str], *, by: str, now: datetime, cause: str = "import") -> int:
    """Write editions for the devices whose tables say something else than their newest edition.

    Why: a draft is no entry of the register, so there is nothing to remember of it.
    """
    entries = Device.objects.filter(code__in=list(codes)).exclude(status="draft").order_by("code")
    return sum(_remember(entry, Deed(cause, by, now, moscow_date(now))) for entry in entries)


def _remember(device: Device, deed: Deed) -> int:
    said, known = revisions.current(device.code), revisions.editions(device.code)
    if known:
        days = _later(known, said, on=deed.valid_from)
    else:
        days = _first(said, on=deed.valid_from)
    written = 0
    for day, changes in days:
        on_day = msgspec.structs.replace(deed, valid_from=day)
        written += len(_write(device, revisions.editions(device.code), changes, on_day))
    return written


def _first(said: Entry, *, on: date) -> list[tuple[date, dict[str, Any]]]:
    """An entry seen for the first time: it holds from its registration, its versions from their own dates."""
    since, changes = said.registered_on, flat(said)
    if said.status not in _SINCE_UNTOLD:
        return dated(changes, since=since, on=on, others=since)
    days = dated({**changes, "status": "registered"}, since=since, on=on, others=since)
    return [*days, (on, {"status": said.status})]


def _later(known: list[Edition], said: Entry, *, on: date) -> list[tuple[date, dict[str, Any]]]:
    """An entry known before: what a file says anew holds from today, versions from their own dates."""
    held = holds(known, on)
    changes = patch(held.flat if held else {}, flat(said))
    return dated(changes, since=min(edition.valid_from for edition in known), on=on)


def _write(device: Device, known: list[Edition], changes: Mapping[str, Any], deed: Deed) -> list[Edition]:
    number = revisions.last_number(device.code)
    written = restate(known, changes, deed.valid_from)
    for place, edition in enumerate(written, start=1):
        entry = msgspec.to_builtins(unfold(edition.flat))
        Revision.objects.create(
            device=device, number=number + place, valid_from=edition.valid_from, known_at=deed.now,
            cause=deed.cause, filing=deed.filing, by=deed.by, digest=digest(entry),
            content={"entry": entry, "sets": sorted(edition.sets), "news": sorted(edition.news)},
        )  # fmt: skip
    return written


def _must_be_in_time(known: list[Edition], deed: Deed) -> None:
    first = min((edition.valid_from for edition in known), default=deed.valid_from)
    last = moscow_date(deed.now)
    if not first <= deed.valid_from <= last:
        start, end = plain(first), plain(last)
        raise Refusal(
            "register.valid-from", at="$.valid_from", first=str(first), last=str(last),
            first_ru=start.ru, first_en=start.en, last_ru=end.ru, last_en=end.en,
        )  # fmt: skip
