# SPDX-License-Identifier: Apache-2.0
"""Bring what an inspector sees up to the journal: load, roll up, detect; nothing when it has not grown."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor.telemetry.manifest import read_manifest


def refresh(home: Home, *, now: datetime) -> str | None:
    """Load and roll up what is new, then run the detectors. Returns what was done, or nothing."""
    with closing(open_reader(home)) as reader:
        size = reader.size()
    loaded = read_manifest(home.lake)
    if size == (loaded.journal_size if loaded else 0):
        return None
    roll_up_day(home, now=now)
    report = raise_signals(home, now=now)
    return f"journal {size}, signals raised {report.raised}"
