# SPDX-License-Identifier: Apache-2.0
"""What the OpenTelemetry door manages in one worker, beside only reading the same requests into lines."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

import msgspec
from starlette.applications import Starlette

from nadzor.base import clock
from nadzor.base.directory import Entry, TokenEntry, issue, seal_directory
from nadzor.base.home import Home

from .app import create_app
from .bench import Result
from .otlp import PATH
from .otlp_json import read_json
from .otlp_judge import JSON, PROTOBUF
from .otlp_protobuf import read_protobuf
from .otlp_records import line_of
from .otlp_replies import message, varint
from .otlp_said import Said

BATCH: Final = 1_000
IN_FLIGHT: Final = 8
_TOKEN: Final = "no-" + "rehearsal" * 4
_RESOURCE: Final = {
    "nadzor.version": "1.2.0",
    "nadzor.build": "b" * 64,
    "nadzor.modality": "DX",
    "nadzor.utc_offset": "+03:00",
}
_READ: Final[Mapping[str, Callable[[bytes], Sequence[Said]]]] = {PROTOBUF: read_protobuf, JSON: read_json}


def bench_otlp(*, quick: bool = False) -> list[Result]:
    """Events a second of both encodings, by processor time of the whole worker.

    Method: the application is called in this process, without the network, some requests in flight.
    """
    count = 10 if quick else 100
    return [one for media in (PROTOBUF, JSON) for one in _bench(media, count)]


def _bench(media: str, count: int) -> list[Result]:
    now = clock.now()
    bodies = [_request(media, range(part * BATCH, (part + 1) * BATCH), now) for part in range(count)]
    with TemporaryDirectory(prefix="nadzor-bench-") as folder:
        spent = asyncio.run(_call_all(create_app(_home(Path(folder), now)), media, bodies))
    limit, rate = BATCH / _reading_s(media, bodies[0]), BATCH * count / spent
    name = media.removeprefix("application/").removeprefix("x-")
    return [
        Result(f"OpenTelemetry {name}, read into lines alone", round(limit), "events/s"),
        Result(
            f"OpenTelemetry {name}, batch {BATCH}, one worker",
            round(rate),
            "events/s",
            round(limit),
            round(rate / limit, 3),
        ),
    ]


def _reading_s(media: str, body: bytes, tries: int = 5) -> float:
    """Seconds of the processor for reading one request into lines; the fastest of some tries."""
    spent = []
    for _ in range(tries):
        begun = process_time()
        for said in _READ[media](body):
            line_of(said)
        spent.append(process_time() - begun)
    return min(spent)


async def _call_all(app: Starlette, media: str, bodies: Iterable[bytes]) -> float:
    """Processor time of all requests, called as a server would call them."""
    headers = [(b"content-type", media.encode()), (b"authorization", f"Bearer {_TOKEN}".encode())]
    waiting = iter(bodies)

    async def send_in_turn(state: Mapping[str, Any]) -> None:
        for body in waiting:
            scope = {"type": "http", "method": "POST", "path": PATH, "root_path": "", "query_string": b""}
            arrived = {"type": "http.request", "body": body, "more_body": False}
            told = scope | {"headers": headers, "state": dict(state)}
            await app(told, _giving(arrived), _expect_ok)

    async with app.router.lifespan_context(app) as state:
        begun = process_time()
        await asyncio.gather(*(send_in_turn(state or {}) for _ in range(IN_FLIGHT)))
        return process_time() - begun


def _giving(arrived: dict[str, Any]) -> Any:
    async def receive() -> dict[str, Any]:
        return arrived

    return receive


async def _expect_ok(answered: Any) -> None:
    if answered.get("status", 200) != 200:
        raise RuntimeError(f"status {answered['status']}")


def _home(folder: Path, now: datetime) -> Home:
    """A data directory whose directory knows the token."""
    home = Home.create(folder / "data", origin="rehearsal.local/log", public_url="http://127.0.0.1:8401")
    digest = hashlib.sha256(_TOKEN.encode()).hexdigest()
    token = TokenEntry(digest, now - timedelta(days=1))
    known = Entry(device="ai-001", site="s-0001", tokens={f"t-{digest[:16]}": token})
    edition = issue(1, {"i-rehearsal": known}, now=now)
    home.directory.write_bytes(seal_directory(edition, home.key("directory")))
    return home


def _study(number: int) -> dict[str, Any]:
    return {
        "nadzor.study": f"{number:032x}",
        "nadzor.outcome": "processed",
        "nadzor.duration_ms": 1_200 + number % 700,
        "nadzor.age_band": "50-59",
        "nadzor.sex": "f",
        "nadzor.findings.nodule.score": number % 10_001,
        "nadzor.findings.nodule.positive": False,
        "nadzor.findings.effusion.score": number * 7 % 10_001,
    }


def _request(media: str, numbers: Iterable[int], now: datetime) -> bytes:
    """An export request of studies in this encoding."""
    nanos = int(now.timestamp()) * 1_000_000_000
    told = [(nanos + number * 1_000, _study(number)) for number in numbers]
    if media == PROTOBUF:
        resource = message(1, b"".join(message(1, _pair(*pair)) for pair in _RESOURCE.items()))
        records = b"".join(message(2, _record(at, said)) for at, said in told)
        return message(1, resource + message(2, records))
    records_said = [
        {"timeUnixNano": str(at), "eventName": "nadzor.study", "attributes": _json_pairs(said)}
        for at, said in told
    ]
    logs = {"resource": {"attributes": _json_pairs(_RESOURCE)}, "scopeLogs": [{"logRecords": records_said}]}
    return msgspec.json.encode({"resourceLogs": [logs]})


def _record(nanos: int, said: Mapping[str, Any]) -> bytes:
    pairs = b"".join(message(6, _pair(*pair)) for pair in said.items())
    return b"\x09" + struct.pack("<Q", nanos) + pairs + message(12, b"nadzor.study")


def _pair(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        said = message(1, value.encode())
    else:
        said = (b"\x10" if isinstance(value, bool) else b"\x18") + varint(int(value))
    return message(1, name.encode()) + message(2, said)


def _json_pairs(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _json_value(value)} for name, value in said.items()]


def _json_value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"boolValue": value} if isinstance(value, bool) else {"intValue": str(value)}
