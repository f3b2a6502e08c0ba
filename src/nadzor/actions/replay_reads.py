# SPDX-License-Identifier: Apache-2.0
"""Replay a directory of reads: every model a device, its events through the SDK and the gateway."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from rich.progress import Progress

from nadzor.actions.admit_model import Admitted, admit_model
from nadzor.actions.await_directory import LIMIT_S, await_directory
from nadzor.base.home import Home
from nadzor.base.progress import ticker
from nadzor.simulate.read_directory import ReadDirectory
from nadzor.simulate.read_events import event_count, read_events
from nadzor_sdk import Client
from nadzor_sdk.health import Health

RECEIPT_LIMIT_S: Final = 600.0
CLOSE_S: Final = 5.0


class ReplaySummary(msgspec.Struct, frozen=True):
    """What a replay sent. `pending` events are safe in the spool and still without a receipt.

    `not_taken` counts by reason what the SDK could not keep and what the platform refused.
    """

    models: int
    studies: int
    events: int
    pending: int
    not_taken: dict[str, int]
    seconds: float


def replay_reads(
    home: Home,
    reads: ReadDirectory,
    *,
    gateway: str,
    now: datetime,
    timeout_s: float = RECEIPT_LIMIT_S,
    bar: Progress | None = None,
) -> ReplaySummary:
    """Send every model's events and wait for receipts; what gets none within `timeout_s` stays spooled.

    Why: ids derive from (model, study, kind), so a second replay, or one after a crash, adds nothing twice.
    """
    began = time.monotonic()
    events, pending, not_taken = 0, 0, Counter[str]()
    everybody = [admit_model(home, model, gateway=gateway, now=now) for model in reads.models]
    await_directory(home, gateway=gateway, now=now, limit_s=min(LIMIT_S, timeout_s))
    for admitted in everybody:
        model = admitted.plan.model
        tick = ticker(bar, f"replay {model.name}", total=event_count(model, reads))
        left = timeout_s - (time.monotonic() - began)
        sent, health = _send(admitted, reads, timeout_s=max(left, 0.0), tick=tick)
        events, pending = events + sent, pending + health.unreceipted
        for counts in (health.drops, health.rejected, health.refused):
            not_taken.update(counts)
    studies = sum(len(model.scores) for model in reads.models)
    seconds = round(time.monotonic() - began, 2)
    return ReplaySummary(len(reads.models), studies, events, pending, dict(not_taken), seconds)


def _send(
    admitted: Admitted, reads: ReadDirectory, *, timeout_s: float, tick: Callable[[], None]
) -> tuple[int, Health]:
    client = Client(admitted.credential, spool=admitted.spool, heartbeat_every_s=None)
    sent = 0
    try:
        for event in read_events(admitted.plan, reads):
            sent += 1
            capture = getattr(client, type(event).__struct_config__.tag)
            capture(**{name: getattr(event, name) for name in event.__struct_fields__})
            tick()
        client.flush(timeout=timeout_s)
        return sent, client.health()
    finally:
        client.close(timeout=min(CLOSE_S, timeout_s))
