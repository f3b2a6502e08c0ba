# SPDX-License-Identifier: Apache-2.0
"""Bring what an inspector sees up to the journal and to the day: load, roll up, detect."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from nadzor.actions.check_journal import check_journal
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.journal.opening import open_reader


class Seen(Struct, frozen=True):
    """What the detectors have seen to the end: a journal of this size, on this day."""

    journal_size: int
    day: date


def refresh(home: Home, *, now: datetime) -> str | None:
    """Load and roll up what is new, then run the detectors. Returns what was done, or nothing.

    Why: also on a new day without a new batch, because silence is what no batch tells; and noted last, so
    that a run which failed half-way is made good.
    """
    check_journal(home)
    with closing(open_reader(home)) as reader:
        seen = Seen(reader.size(), moscow_date(now))
    if not seen.journal_size or seen == _last(_note(home)):
        return None
    roll_up_day(home, now=now)
    report = raise_signals(home, now=now)
    write_atomic(_note(home), msgspec.json.encode(seen))
    return f"journal {seen.journal_size}, signals raised {report.raised}"


def _note(home: Home) -> Path:
    return home.rollups / "seen.json"


def _last(note: Path) -> Seen | None:
    try:
        return msgspec.json.decode(note.read_bytes(), type=Seen)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
