# SPDX-License-Identifier: Apache-2.0
"""Adverse events on the wire, laid into the journal of a home as the gateway would."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from nadzor.base.home import Home
from nadzor.journal.opening import open_journal
from nadzor_wire import batch, event
from tests.unit.journal.entries import entry

RECEIVED = datetime(2026, 11, 21, 8, 59, tzinfo=UTC)
INSTALLATION = "i-000000000001"


def id_of(number: int) -> str:
    """The UUIDv7 of the n-th event."""
    return f"019a4b7c-0000-7000-8000-{number:012x}"


def sent(number: int, **other: Any) -> event.AdverseEvent:
    """The n-th adverse event."""
    told: dict[str, Any] = {
        "id": id_of(number), "at": RECEIVED, "event_date": date(2026, 11, 18),
        "aware_date": date(2026, 11, 19),
        "event_type": "malfunction", "problem_codes": ("A110201",), "version": "1.0",
    }  # fmt: skip
    return event.AdverseEvent(**(told | other))


def lay(home: Home, *batches: Sequence[event.Event], stream: int = 0, **other: Any) -> None:
    """One batch after another of one stream, beginning with its first number."""
    made, before, first = [], bytes(32), 1
    for events in batches:
        body = b"".join(batch.encode_event(each) + b"\n" for each in events)
        last = first + len(events) - 1
        named = {"device": "ai-901", "site": "s-000000000001", "received_at": RECEIVED, "body": body}
        one = entry(first, last, stream=stream.to_bytes(16, "big"), prev=before, **(named | other))
        made.append(one)
        before, first = sha256(body).digest(), last + 1
    with closing(open_journal(home)) as journal:
        for one in made:
            journal.append([one])
