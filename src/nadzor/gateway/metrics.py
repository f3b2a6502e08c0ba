# SPDX-License-Identifier: Apache-2.0
"""Numbers about the gateway for whoever runs it: no names of clinics, no values of events.

Prometheus text, version 0.0.4. Served to this machine itself, or to whoever shows the token in
`keys/metrics.token`; to anybody else the address does not exist. Workers are told apart by a label: each
leaves its numbers in `run/` once a second, and the one that is asked shows all.
"""

from __future__ import annotations

import hmac
import ipaddress
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.reader import Reader

from .health import free_bytes
from .keyring import DirectoryWatch
from .meter import Spread, Tally

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED: Final = (
    "forwarded",
    "x-forwarded-for",
    "via",
)  # who came through a proxy is not local
FOLDER: Final = "run"  # of what concerns running processes only
Series = Iterator[tuple[str, float]]

_FAMILIES: Final = (
    ("requests_total", "counter", "Requests to an intake by log and answer: ok, or the code of the refusal."),
    ("events_total", "counter", "Events by log and fate; those of repeated batches apart."),
    ("batch_events", "histogram", "Events of stored batches."),
    ("commit_seconds", "histogram", "Time of a transaction of the journal with its fsync."),
    ("closed_total", "counter", "Connections that the gateway closed itself, by reason."),
    ("connections", "gauge", "Open connections."),
    ("waiting", "gauge", "Batches that wait for the journal."),
    ("waiting_bytes", "gauge", "Bytes of the bodies that wait for the journal."),
    ("held_bytes", "gauge", "Bytes reserved for bodies from the first byte read to the answer."),
)


class Board:
    """Where the workers of one gateway leave their numbers.

    Durability: none, and none is needed. Concurrency: one writer a file, replaced whole.
    """

    def __init__(self, root: Path, worker: int) -> None:
        self._folder = root / FOLDER
        self._mine = self._folder / f"gateway-{worker}.json"

    def leave(self, tally: Tally) -> None:
        """Put this worker's numbers where the others find them; a full disk leaves the old ones."""
        fresh = self._mine.with_suffix(".tmp")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(tally))
            fresh.replace(self._mine)

    def all(self) -> dict[str, Tally]:
        """The numbers of every worker, by its number."""
        found = {}
        for path in sorted(self._folder.glob("gateway-*.json")):
            with suppress(OSError, msgspec.DecodeError):
                found[path.stem.removeprefix("gateway-")] = msgspec.json.decode(path.read_bytes(), type=Tally)
        return found

    def clear(self) -> None:
        """Forget workers of an earlier run."""
        for path in self._folder.glob("gateway-*.json"):
            path.unlink(missing_ok=True)


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""

    async def show(request: Request) -> Response:
        if not may_read(home, request):
            raise HTTPException(404)
        state = request.state
        state.board.leave(state.tally())
        house = house_numbers(home, state.health.desk.watch, state.reader, clock.now())
        text = render(state.board.all(), house)
        return Response(text, media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    return [Route("/metrics", show)]


def may_read(home: Home, request: Request) -> bool:
    """Whether the numbers are for whoever asks: the bearer of the token, or this machine without a proxy."""
    with suppress(OSError):
        token = (home.keys / "metrics.token").read_text().strip()
        shown = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token and hmac.compare_digest(token.encode(), shown.encode()):
            return True
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    with suppress(ValueError):
        return ipaddress.ip_address(request.client.host).is_loopback
    return False


def render(tallies: dict[str, Tally], house: dict[str, float]) -> str:
    """The page."""
    lines = []
    for name, kind, told in _FAMILIES:
        full = f"nadzor_gateway_{name}"
        lines += [f"# HELP {full} {told}", f"# TYPE {full} {kind}"]
        for worker, tally in tallies.items():
            series = _series(name, kind, tally)
            lines += [f"{full}{_labelled(label, worker)} {_number(value)}" for label, value in series]
    for name, value in house.items():
        lines += [f"# TYPE nadzor_{name} gauge", f"nadzor_{name} {_number(value)}"]
    return "\n".join(lines) + "\n"


def house_numbers(home: Home, watch: DirectoryWatch, reader: Reader, now: datetime) -> dict[str, float]:
    """What is the same for all workers; what cannot be read now is left out."""
    found = {"disk_free_bytes": float(free_bytes(home))}
    if (ring := watch.newest) is not None:
        found["directory_age_seconds"] = (now - ring.directory.issued_at).total_seconds()
        found["directory_installations"] = float(len(ring.directory.installations))
    with suppress(Refusal, sqlite3.Error):
        counts = reader.counts()
        found["log_size"], found["log_events"] = float(counts.tree_size), float(counts.events)
        found["log_gaps"] = float(counts.gaps)
        if counts.last_received is not None:
            found["last_batch_age_seconds"] = (now - counts.last_received).total_seconds()
    with suppress(OSError):
        published = (home.tiles / "checkpoint").stat().st_mtime
        found["checkpoint_age_seconds"] = now.timestamp() - published
    return found


def _series(name: str, kind: str, tally: Tally) -> Series:
    if kind == "histogram":
        yield from _histogram(tally.batches if name == "batch_events" else tally.commits)
    elif name == "requests_total":
        yield from _split(tally.requests, "code")
    elif name == "events_total":
        yield from _split(tally.events, "fate")
    elif name == "closed_total":
        yield from ((f'reason="{reason}"', count) for reason, count in sorted(tally.closed.items()))
    else:
        yield "", getattr(tally, name)


def _split(counts: dict[str, int], label: str) -> Series:
    for key, count in sorted(counts.items()):
        log, value = key.split("/", 1)
        yield f'log="{log}",{label}="{value}"', count


def _histogram(spread: Spread) -> Series:
    """Cumulative buckets, sum and count; the suffix stands before the labels and is put in place later."""
    bounds = [*map(str, spread.bounds), "+Inf"]
    for bound, count in zip(bounds, accumulate(spread.counts), strict=True):
        yield f'_bucket{{le="{bound}"', count
    yield "_sum", spread.total
    yield "_count", sum(spread.counts)


def _labelled(label: str, worker: str) -> str:
    """A suffix, or labels, with the worker's own label."""
    suffix, _, labels = label.partition("{") if label.startswith("_") else ("", "", label)
    return f'{suffix}{{{labels}{"," if labels else ""}worker="{worker}"}}'


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.6g}"
