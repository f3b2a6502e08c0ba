# SPDX-License-Identifier: Apache-2.0
"""What is said of the transmission gate, as frozen structs: the only shape in which it leaves this room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.procedures.rules.conformance import Check
from nadzor.procedures.rules.transmission_period import Received


class GateStep(Struct, frozen=True, kw_only=True):
    """One move of the gate: made by a person, or noted by the house."""

    at: datetime
    on: date
    verb: str
    start: str
    to: str
    by: str
    role: str
    because: str
    facts: dict[str, Any]


class CertificateCard(Struct, frozen=True, kw_only=True):
    """What one conformance test found; `note` is the signed file."""

    number: str
    device: str
    version: str
    at: datetime
    passed: bool
    checks: tuple[Check, ...]
    digest: str
    note: str


class MonthState(Struct, frozen=True, kw_only=True):
    """One month: what it came to, or that it still runs, waits to be judged, or has no norm.

    `due` is the day by which the norm wants the data set; no norm known to us names one.
    Units: days; `ours` of our own outage.
    """

    month: Month
    received: Received | Literal["running", "waiting", "no_norm"]
    why: Text
    expected: int = 0
    heard: int = 0
    ours: int = 0
    due: date | None = None


class Statement(Struct, frozen=True):
    """One sentence of evidence and the norm it rests on; `good` is None where it neither helps nor harms."""

    text: Text
    norm: str = ""
    cite: str = ""
    good: bool | None = None


class GateCard(Struct, frozen=True, kw_only=True):
    """The gate of one device.  `state` is empty until its maker declares the function.

    `certificate` is the newest that passed, `last_test` the newest of all.
    """

    device: str
    state: str
    changed_at: datetime | None
    steps: tuple[GateStep, ...]
    certificate: CertificateCard | None
    last_test: CertificateCard | None
    months: tuple[MonthState, ...]
    reasons: tuple[Statement, ...]
    next: Text

    @property
    def eligible(self) -> bool:
        """Whether evidence of transmission stands today."""
        return self.state == "eligible"


class GateEvidence(Struct, frozen=True, kw_only=True):
    """What a registrar is shown beside a version amendment: evidence, never a bar."""

    device: str
    version: str
    on: date
    state: str
    certificate: CertificateCard | None
    months: tuple[MonthState, ...]
    statements: tuple[Statement, ...]


class OutageCard(Struct, frozen=True):
    """Hours during which this house could not receive."""

    began: datetime
    ended: datetime
    what: str
    noted_by: str
    noted_at: datetime
