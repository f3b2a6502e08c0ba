# SPDX-License-Identifier: Apache-2.0
"""Whose data an object holds: the device and the site it leads to, and the affair it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time
from typing import Final

from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.signal import SIGNAL
from nadzor.register.models import Device, Filing
from nadzor.vigilance.models import AdverseEvent, Dispute, Narrative, SafetyWarning, Signal

DIGITS_MAX: Final = 18  # the database's integers have no more


class Whose(Struct, frozen=True):
    """The device and the site whose data they are, each empty where there is none, and the affair."""

    device: str = ""
    site: str = ""
    grounds: str = ""


NOBODY: Final = Whose()


def whose(home: Home, kind: str, value: str) -> Whose:
    """Whose data an object holds; nobody's for a name that is no object."""
    if not value or kind not in _FOUND:
        return NOBODY
    return _FOUND[kind](home, value)


def ended_at(grounds: str) -> datetime | None:
    """When an affair ended: None while it is open, or where there is no such affair."""
    kind, _, name = grounds.partition(" ")
    found = _ENDS.get(kind)
    return found(name) if found else None


def _device(_home: Home, value: str) -> Whose:
    return Whose(value) if Device.objects.filter(code=value).exists() else NOBODY


def _signal(_home: Home, value: str) -> Whose:
    row = Signal.objects.filter(pk=_number(value)).values_list("device", "site").first()
    return Whose(row[0], row[1], f"signal {value}") if row else NOBODY


def _event(_home: Home, value: str) -> Whose:
    row = AdverseEvent.objects.filter(number=value).values_list("device", "site").first()
    return Whose(row[0], row[1], f"event {value}") if row else NOBODY


def _narrative(home: Home, value: str) -> Whose:
    row = (
        Narrative.objects.filter(pk=_number(value)).values_list("document__event__number", flat=True).first()
    )
    return _event(home, row) if row else NOBODY


def _filing(_home: Home, value: str) -> Whose:
    row = Filing.objects.filter(number=value).values_list("device__code", flat=True)
    found = list(row[:1])
    return Whose(found[0] or "", "", f"filing {value}") if found else NOBODY


def _warning(_home: Home, value: str) -> Whose:
    row = SafetyWarning.objects.filter(number=value).values_list("device", flat=True).first()
    return Whose(row) if row else NOBODY


def _dispute(_home: Home, value: str) -> Whose:
    row = Dispute.objects.filter(pk=_number(value)).values_list("device", flat=True).first()
    return Whose(row, "", f"dispute {value}") if row else NOBODY


def _batch(home: Home, value: str) -> Whose:
    try:
        with closing(open_reader(home)) as reader:
            record = reader.batch(_number(value))
            return Whose(record.device, record.site)
    except Refusal:
        return NOBODY


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) <= DIGITS_MAX else -1


def _signal_end(name: str) -> datetime | None:
    row = Signal.objects.filter(pk=_number(name)).values_list("state", "closed_on").first()
    return _midnight(row[1]) if row and row[0] in SIGNAL.closed else None


def _event_end(name: str) -> datetime | None:
    row = AdverseEvent.objects.filter(number=name).values_list("state", "changed_at").first()
    return row[1] if row and row[0] in ADVERSE_EVENT.closed else None


def _filing_end(name: str) -> datetime | None:
    row = Filing.objects.filter(number=name).values_list("procedure", "state", "changed_at").first()
    return row[2] if row and row[1] in PROCEDURES[row[0]].closed else None


def _dispute_end(name: str) -> datetime | None:
    row = Dispute.objects.filter(pk=_number(name)).first()
    return row.settled_at if row and row.state == "settled" else None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), MOSCOW)


_FOUND: Final[dict[str, Callable[[Home, str], Whose]]] = {
    "device": _device,
    "signal": _signal,
    "event": _event,
    "narrative": _narrative,
    "filing": _filing,
    "warning": _warning,
    "dispute": _dispute,
    "batch": _batch,
}
_ENDS: Final[dict[str, Callable[[str], datetime | None]]] = {
    "signal": _signal_end,
    "event": _event_end,
    "filing": _filing_end,
    "dispute": _dispute_end,
}
