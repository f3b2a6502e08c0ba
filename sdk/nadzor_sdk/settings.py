# SPDX-License-Identifier: Apache-2.0
"""Settings of one client, with their bounds and reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from msgspec import Struct

from nadzor_wire.coding import Coding
from nadzor_wire.event import Purpose
from nadzor_wire.limits import EVENTS_MAX


class Options(TypedDict, total=False):
    """What may be said at the start of a client beside its credential."""

    seal_events: int
    flush_every_s: float
    heartbeat_every_s: float | None
    spool_max_bytes: int
    coding: Coding | None
    purpose: Purpose
    strict: bool


class Settings(Struct, frozen=True, kw_only=True):
    """The same, complete and checked."""

    spool: Path
    seal_events: int = 500  # events of a full batch: bounds one receipt, and the work lost by one refusal
    flush_every_s: float = 1.0  # a partial batch waits no longer; also the loss a power cut can cause
    heartbeat_every_s: float | None = 300.0  # None: no heartbeats, for replays
    spool_max_bytes: int = 1024**3  # beyond it new events are dropped and counted, the oldest are kept
    coding: Coding | None = None  # None: zstd if the module is there, else gzip
    purpose: Purpose = "clinical"
    strict: bool = False  # True: an invalid event raises ValueError instead of being counted

    def __post_init__(self) -> None:
        if not 1 <= self.seal_events <= EVENTS_MAX:
            raise ValueError(f"seal_events must be in 1..{EVENTS_MAX}")
        if not 0.01 <= self.flush_every_s <= 3600:
            raise ValueError("flush_every_s must be in 0.01..3600")
        if self.heartbeat_every_s is not None and self.heartbeat_every_s < 1:
            raise ValueError("heartbeat_every_s must be at least 1, or None")
        if self.spool_max_bytes < 64 * 1024:
            raise ValueError("spool_max_bytes must be at least 64 KiB")
