# SPDX-License-Identifier: Apache-2.0
"""The steps of the walk: a device that worked for weeks, read one last study and fell silent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.applications import Starlette

from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor.people.queries import CONSOLE
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH, BatchHeader, encode_event, seal
from nadzor_wire.enrolment import Credential
from nadzor_wire.event import Finding, Study
from nadzor_wire.receipt import SentBatch
from nadzor_wire.signature import sign_request

DEVICE: Final = "walk-1"
VERSION: Final = "1.2.0"
BUILD: Final = "b" * 64
CLINIC: Final = "1.2.643.5.1.13.13.12.2.77.8510"
SILENT_DAYS: Final = 21
WORKED_DAYS: Final = 70
STUDIES_A_DAY: Final = 12
STREAM: Final = bytes(range(16))
_NAME: Final = {"ru": "Прогулка", "en": "The walk"}


def register_device(home: Home, room: Path, *, now: datetime) -> Credential:
    """A registered device, one installation of it in one clinic, and a fresh key directory."""
    maker = {
        "code": "walker",
        "name": _NAME,
        "kind": "manufacturer",
        "inn": "7707083893",
        "ogrn": "1027700132195",
    }
    device = {
        "code": DEVICE,
        "name": _NAME,
        "maker": "walker",
        "number": "РЗН 2025/10001",
        "registered_on": "2025-03-03",
        "risk_class": "2b",
        "ai": True,
        "transmits": True,
        "intended_use": {"ru": "Поиск узлов в лёгких", "en": "Finding lung nodules"},
        "field": "radiology",
        "solution_type": "diagnostics",
        "modality": "DX",
        "versions": [
            {
                "version": VERSION,
                "released_on": "2025-03-03",
                "registered_on": "2025-03-03",
                "builds": [BUILD],
            }
        ],
        "scales": [{"finding": "lung_nodule", "bins": 10}],
    }
    page = msgspec.json.encode({"v": 1, "organisations": [maker], "devices": [device]})
    import_register(page, by=CONSOLE, now=now)
    credential = connect_installation(home, room, device=DEVICE, clinic_oid=CLINIC, now=now)
    publish_directory(home, now=now)
    return credential


def weeks_of_work(now: datetime) -> list[Study]:
    """Ten weeks of studies; the last one is the event that walks."""
    last = now - timedelta(days=SILENT_DAYS)
    days = [last - timedelta(days=back) for back in range(WORKED_DAYS - 1, -1, -1)]
    return [
        study(day.replace(hour=6) + timedelta(minutes=20 * n), n)
        for day in days
        for n in range(STUDIES_A_DAY)
    ]


def study(at: datetime, number: int) -> Study:
    """One study, processed."""
    id = derived_uuid7(at, "walk", str(number))
    return Study(
        id=id,
        at=at.astimezone(UTC),
        study=id.replace("-", ""),
        version=VERSION,
        build=BUILD,
        outcome="processed",
        duration_ms=900 + number,
        modality="DX",
        findings=(Finding(code="lung_nodule", score=100 * number, positive=number > 6, threshold=600),),
    )


def batch(events: list[Study], credential: Credential, *, now: datetime) -> SentBatch:
    """The events as one sealed, signed batch."""
    header = BatchHeader(STREAM, 1, len(events))
    body = seal([encode_event(event) for event in events], header=header, coding="gzip")
    uri = credential.gateway + PATH
    plain = {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip", HEADER: header.render()}
    signed = sign_request(
        private=credential.key(),
        keyid=credential.keyid,
        method="POST",
        target_uri=uri,
        headers=plain,
        body=body,
        created=int(now.timestamp()),
    )
    return SentBatch(
        installation=credential.installation,
        device=credential.device,
        keyid=credential.keyid,
        public=credential.public(),
        header=header,
        method="POST",
        target_uri=uri,
        headers=signed,
        body=body,
    )


def post(app: Starlette, sent: SentBatch) -> tuple[int, bytes]:
    """Status and body of the answer: the application's own start, one request, its own stop; no socket."""
    return asyncio.run(_lived(app, sent))


async def _lived(app: Starlette, sent: SentBatch) -> tuple[int, bytes]:
    state: dict[str, Any] = {}
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    life = asyncio.create_task(_call(app, {"type": "lifespan", "state": state}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    assert (await outbox.get())["type"] == "lifespan.startup.complete"
    try:
        return await _asked(app, sent, state)
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await life


async def _asked(app: Starlette, sent: SentBatch, state: dict[str, Any]) -> tuple[int, bytes]:
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in sent.headers.items()]
    headers.append((b"content-length", str(len(sent.body)).encode()))
    scope = {"type": "http", "method": "POST", "path": PATH, "raw_path": PATH.encode(), "query_string": b""}
    scope |= {"headers": headers, "state": state, "http_version": "1.1", "scheme": "http", "root_path": ""}
    scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8401)}
    await _call(app, scope, receive, send)
    return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


async def _call(
    app: Starlette,
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
) -> None:
    await app(scope | {"asgi": {"version": "3.0"}}, receive, send)


def last_seq() -> int:
    """The number of the walking event in its stream."""
    return WORKED_DAYS * STUDIES_A_DAY
