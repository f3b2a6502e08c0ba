# SPDX-License-Identifier: Apache-2.0
"""Connect every registered device in simulated clinics and send their history through the gateway."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from rich.progress import Progress

from nadzor.actions.await_directory import await_directory
from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.import_register import DEMO_REGISTER
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.people.queries import organisations
from nadzor.simulate.devices import devices_of
from nadzor.simulate.nation import Nation, nation
from nadzor.simulate.world import Post
from nadzor_sdk.delivery import step_for
from nadzor_sdk.direct import NotAccepted, StreamState, seal_batch, send_sealed
from nadzor_wire.enrolment import Credential
from nadzor_wire.event import Event

BATCH: Final = 1000
VOLUME_SCALE: Final = 0.12  # a demonstration on two cores, not a country: an eighth of usual volumes
PATIENCE_S: Final = 30.0  # `nadzor serve` restarts a gateway within seconds
PAUSE_S: Final = 0.5

UNASSIGNED_CLINICS: Final = "1.2.643.5.1.13.13.12.2.77."
"""Clinics of the nation beyond those of the register get numbers in a range that is not assigned."""


class Chapter(msgspec.Struct, frozen=True):
    """Which history a data directory holds: the same at every run, so that a repeat sends nothing new."""

    seed: int
    days: int
    until: date


class NationSummary(msgspec.Struct, frozen=True):
    """What was sent, and the faults that were put in on purpose. `sent` is 0 when it had been sent before."""

    seed: int
    days: int
    installations: int
    sent: int
    batches: int
    faults: tuple[str, ...]
    seconds: float


def send_nation(
    home: Home, *, seed: int, days: int, gateway: str, now: datetime, bar: Progress | None = None
) -> NationSummary:
    """Send the history of `days` days up to yesterday; the first run that has any decides it for good.

    Raises: Refusal `nation.not-accepted` when the gateway refuses a batch for good, or is silent for long.
    """
    if not days:
        return NationSummary(seed, 0, 0, 0, 0, (), 0.0)
    began = time.monotonic()
    chapter = _chapter(home, Chapter(seed, days, moscow_date(now)))
    people = _nation(chapter)
    enrolled = ticker(bar, "connect installations", total=len(people.posts))
    credentials = []
    for post in people.posts:
        credentials.append(_connect(home, post, gateway=gateway, now=now))
        enrolled()
    await_directory(home, gateway=gateway, now=clock.now())
    lived = ticker(bar, "nation: days lived", total=len(people.posts) * chapter.days)
    sent = [
        _send(home, people, post, credential, lived)
        for post, credential in zip(people.posts, credentials, strict=True)
    ]
    return NationSummary(
        chapter.seed,
        chapter.days,
        len(people.posts),
        sum(events for events, _ in sent),
        sum(batches for _, batches in sent),
        tuple(f"{fault.kind} {fault.device} {fault.version}".strip() for fault in people.world.faults),
        round(time.monotonic() - began, 2),
    )


def _chapter(home: Home, wanted: Chapter) -> Chapter:
    file = home.spool / "nation.json"
    if not file.exists():
        write_atomic(file, msgspec.json.encode(wanted))
    return msgspec.json.decode(file.read_bytes(), type=Chapter)


def _nation(chapter: Chapter) -> Nation:
    devices = devices_of(Path(DEMO_REGISTER).read_bytes(), volume_scale=VOLUME_SCALE)
    return nation(chapter.seed, devices, days=chapter.days, until=chapter.until)


def _connect(home: Home, post: Post, *, gateway: str, now: datetime) -> Credential:
    known = dict(enumerate(card.oid for card in organisations(kind="clinic")))
    oid = known.get(post.clinic, f"{UNASSIGNED_CLINICS}{900_000 + post.clinic}")
    return connect_installation(
        home, _room(home, post), device=post.device.code, clinic_oid=oid, gateway=gateway, now=now
    )


def _send(
    home: Home, people: Nation, post: Post, credential: Credential, lived: Callable[[], None]
) -> tuple[int, int]:
    """Events and batches sent for one post; nothing when it was all sent before."""
    done = _room(home, post) / "sent"
    if done.exists():
        return 0, 0
    stream = StreamState()
    events = batches = 0
    try:
        said = _said(people, post, lived)
        while batch := list(islice(said, BATCH)):
            _insist(credential, batch, stream)
            events, batches = events + len(batch), batches + 1
    finally:
        stream.close()
    write_atomic(done, str(events).encode())
    return events, batches


def _insist(credential: Credential, batch: list[Event], stream: StreamState) -> None:
    """Send one batch until it is receipted; a gateway that is being restarted is waited for."""
    sealed, until = seal_batch(batch, stream), time.monotonic() + PATIENCE_S
    while True:
        try:
            send_sealed(credential, sealed, stream)
            return
        except NotAccepted as refused:
            answer = refused.response
            if step_for(answer, enrolled_s_ago=0.0) != "retry" or time.monotonic() > until:
                where = {"at": credential.gateway, "device": credential.device}
                raise Refusal("nation.not-accepted", **where, reason=answer.code()) from refused
        time.sleep(PAUSE_S)


def _said(people: Nation, post: Post, lived: Callable[[], None]) -> Iterator[Event]:
    for _, events in people.history(post):
        yield from events
        lived()


def _room(home: Home, post: Post) -> Path:
    return home.spool / "nation" / post.key.replace("/", "-")
