# SPDX-License-Identifier: Apache-2.0
"""A sandbox stream as the conformance test sees it, and what one check finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from nadzor.law.form import FormEdition
from nadzor_wire.event import Event, Study

Verdict = Literal["passed", "failed", "unseen"]


class Heard(msgspec.Struct, frozen=True):
    """An accepted event of the stream, and when its batch came."""

    event: Event
    received_at: datetime


class Arrived(msgspec.Struct, frozen=True):
    """A batch of the stream: its place in the test log, how many events were rejected, what was flagged."""

    index: int
    rejected: int
    flagged: tuple[str, ...] = ()


class Rehearsal(msgspec.Struct, frozen=True):
    """The monthly data set as it comes out of the stream.  `given` names the form's fields that have a value.

    Units: all counts; `errors` by kind.
    """

    attempts: int
    errors: Mapping[str, int]
    given: frozenset[str]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What the test log knows of one installation, and what the register knows of its device.

    `versions` are the declared ones with their builds; `refused` counts refused batches by code, `repeats`
    batches sent twice that got the same receipt; `gaps` are numbers still missing, declared lost or not.
    """

    device: str
    installation: str
    origin: str
    events: tuple[Heard, ...]
    batches: tuple[Arrived, ...]
    versions: Mapping[str, frozenset[str]]
    repeats: int = 0
    refused: Mapping[str, int] = {}
    gaps: int = 0
    forks: int = 0
    form: FormEdition | None = None
    month: Rehearsal | None = None


class Found(msgspec.Struct, frozen=True):
    """What one check saw: its verdict, and the figures its sentence needs."""

    verdict: Verdict
    facts: Mapping[str, str | int] = {}


def version_tested(stream: Stream) -> str:
    """The version most of the stream's studies came from; nothing when it holds no study.

    Law: none; a certificate names what was tested.
    """
    used = [heard.event.version for heard in stream.events if isinstance(heard.event, Study)]
    return max(sorted(set(used)), key=used.count, default="")
