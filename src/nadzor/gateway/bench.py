# SPDX-License-Identifier: Apache-2.0
"""What the gateway manages, beside what the machine could at best in the same run."""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor_wire.batch import PATH
from nadzor_wire.event import Event

from .app import create_app
from .rehearsal import (
    Load,
    free_port,
    make_home,
    make_load,
    send_all,
    send_paced,
    serving,
)
from .serve import SWITCH_S

SENDERS: Final = 16  # batches in flight, large ones
LINKS: Final = 64  # batches in flight, small ones
PACED: Final = 20  # batches sent together, a hundred times a second
WORKERS: Final = 2  # one a core of the machine that the budgets speak of
PACE: Final = 2_000.0  # events a second, batches of one


class Result(Struct, frozen=True):
    """One figure, and the machine's own limit for the same work in the same run."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None


class Spent(Struct, frozen=True):
    """What some work cost: by the clock on the wall, and in processor time of all who did it."""

    wall_s: float
    processor_s: float


def bench_gateway(*, quick: bool = False) -> list[Result]:
    """All figures of the gateway; a minute, or some seconds when quick."""
    part = 10 if quick else 1
    return [
        *bench_batches(batch=1, count=8_000 // part),
        *bench_batches(batch=100, count=2_000 // part),
        *bench_batches(batch=1_000, count=400 // part),
        *bench_batches(batch=5_000, count=max(SENDERS, 160 // part)),
        *bench_ones(count=20_000 // part),
        bench_pace(count=8_000 // part),
    ]


def bench_batches(*, batch: int, count: int) -> list[Result]:
    """Signed, encrypted, durable, receipted batches in one worker, against typed decode of the same bytes.

    Method: the whole application is called in this process, without the network, some batches in flight. On a
    machine that others use, the figure by processor time is the one to read.
    """
    with _folder() as folder:
        home = make_home(folder)
        load = make_load(home, batch=batch, count=count, streams=SENDERS)
        before = decode_limit(load.lines, batch)
        spent = asyncio.run(_call_all(create_app(home), load))
        limit = max(before, decode_limit(load.lines, batch))
    events, name = batch * load.count, f"gateway, batch {batch}, one worker"
    return [
        Result(f"typed decode alone, batch {batch}", round(limit), "events/s"),
        _beside(name, events / spent.wall_s, "events/s", limit),
        _beside(f"{name}, by processor time", events / spent.processor_s, "events/s", limit),
    ]


def bench_ones(*, count: int, workers: int = WORKERS) -> list[Result]:
    """Batches of one event over HTTP, against what the cores could do if they only checked signatures."""
    with _folder() as folder:
        port = free_port()
        home = make_home(folder, port=port)
        load = make_load(home, batch=1, count=count, streams=LINKS)
        limit, begun = verify_limit() * workers, _children_s()
        with serving(home, port, workers=workers):
            start = perf_counter()
            took = sorted(send_all(port, load))
            wall = perf_counter() - start
        working = _children_s()
        with serving(home, port, workers=workers):
            pass
        worked = working - begun - (_children_s() - working)  # less what a gateway costs that does nothing
    name = f"gateway over HTTP, batch 1, {workers} workers"
    return [
        Result("Ed25519 checks alone, all workers", round(limit), "checks/s"),
        _beside(name, load.count / wall, "requests/s", limit),
        _beside(f"{name}, by processor time", workers * load.count / worked, "requests/s", limit),
        Result(f"{name}, p99 when saturated", _ms(took, 0.99), "ms"),
    ]


def bench_pace(*, count: int, workers: int = WORKERS) -> Result:
    """How long the slowest hundredth waits at an even two thousand events a second, batches of one."""
    with _folder() as folder:
        port = free_port()
        home = make_home(folder, port=port)
        load = make_load(home, batch=1, count=count, streams=PACED)
        with serving(home, port, workers=workers):
            took = sorted(send_paced(port, load, per_second=PACE))
    return Result(f"gateway over HTTP, p99 at {PACE:.0f} events/s", _ms(took, 0.99), "ms")


def decode_limit(lines: bytes, batch: int, *, seconds: float = 0.5) -> float:
    """Events a second of nothing but typed decode, by processor time."""
    decoder = msgspec.json.Decoder(Event)
    return batch / _typical(lambda: decoder.decode_lines(lines), seconds)


def verify_limit(*, seconds: float = 0.5) -> float:
    """Ed25519 checks a second on one core, by processor time."""
    key = Ed25519PrivateKey.generate()
    public, said = key.public_key(), bytes(400)
    signature = key.sign(said)

    def ten() -> None:
        for _ in range(10):
            public.verify(signature, said)

    return 10 / _typical(ten, seconds)


async def _call_all(app: Any, load: Load) -> Spent:
    """The cost of all requests, called as a server would call them."""
    async with app.router.lifespan_context(app) as state:
        streams = [
            [(_scope(dict(made.headers), state), made.body) for made in stream] for stream in load.streams
        ]
        gc.collect()
        wall, processor = perf_counter(), process_time()
        await asyncio.gather(*(_sender(app, stream) for stream in streams))
        return Spent(perf_counter() - wall, process_time() - processor)


async def _sender(app: Any, stream: list[tuple[dict[str, Any], bytes]]) -> None:
    for scope, body in stream:
        arrived: dict[str, Any] = {"type": "http.request", "body": body, "more_body": False}

        async def receive(arrived: dict[str, Any] = arrived) -> dict[str, Any]:
            return arrived

        await app(scope, receive, _expect_ok)


async def _expect_ok(message: dict[str, Any]) -> None:
    if message.get("status", 200) != 200:
        raise RuntimeError(f"status {message['status']}")


def _scope(headers: dict[str, str], state: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "state": state,
    }


def _typical(once: Callable[[], object], seconds: float) -> float:
    """The median processor time of as many tries as fit.

    Why: on a shared machine the best try is luck that the gateway, measured over its whole run, cannot have.
    """
    tries, end = [], perf_counter() + seconds
    while perf_counter() < end:
        start = process_time()
        once()
        tries.append(process_time() - start)
    return median(tries)


def _beside(name: str, value: float, unit: str, limit: float) -> Result:
    return Result(name, round(value), unit, round(limit), round(value / limit, 3))


def _ms(ordered: list[float], share: float) -> float:
    """The quantile of some seconds, in milliseconds."""
    return round(1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


def _children_s() -> float:
    """Processor time of all processes that this one started and that ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for one measurement, with the interpreter set as `serve` sets it and quiet logs."""
    before, configured = sys.getswitchinterval(), structlog.get_config()
    sys.setswitchinterval(SWITCH_S)
    structlog.configure(processors=[_drop])
    try:
        with TemporaryDirectory(prefix="nadzor-bench-") as folder:
            yield Path(folder)
    finally:
        sys.setswitchinterval(before)
        structlog.configure(**configured)


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent
