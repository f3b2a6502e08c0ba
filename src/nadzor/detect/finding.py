# SPDX-License-Identifier: Apache-2.0
"""What a detector says: a finding, with all that is needed to recompute or dispute it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

from msgspec import Struct

GuaranteeKind = Literal["run_length", "anytime", "fdr"]
Fact = str | int | float | bool | list[str]


class Guarantee(Struct, frozen=True, kw_only=True):
    """What is promised about false alarms.

    Units: budget is false alarms per device-year for a run length, a probability over all looks for anytime.
    """

    kind: GuaranteeKind
    budget: float
    spent: float


class Baseline(Struct, frozen=True, kw_only=True):
    """What a finding is measured against: a window of days [first, after), what was in it, and its digest.

    A declared value has no window; its digest is that of the claim.
    """

    hash: str
    first: date | None = None
    after: date | None = None
    exposure: float = 0.0
    events: float = 0.0
    rate: float | None = None


class Effect(Struct, frozen=True, kw_only=True):
    """How large the deviation is, with its interval."""

    name: str
    estimate: float
    low: float
    high: float
    level: float = 0.95


class Located(Struct, frozen=True, kw_only=True):
    """The day since which it has been so, and the days between which that day lies."""

    day: date
    low: date
    high: date


class Finding(Struct, frozen=True, kw_only=True):
    """One detector's statement about one stream of days.

    An empty device, version, site, stratum or finding means "not split by it"; `dimension` is what the
    stratum is one of (equipment, age_band …), empty where it is a word of the detector's own.  `rows_hash` is
    the digest of the rollup rows of `rows_read` counts that the statement rests on; `code` is the digest of
    the detector's sources.
    """

    detector: str
    code: str
    kind: str
    device: str = ""
    version: str = ""
    site: str = ""
    stratum: str = ""
    dimension: str = ""
    finding: str = ""
    statistic: float
    threshold: float
    guarantee: Guarantee
    baseline: Baseline
    over_dispersion: float = 1.0
    p_value: float | None = None
    e_value: float | None = None
    effect: Effect
    first_day: date
    located: Located | None = None
    journal_size: int | None = None
    rows_hash: str
    rows_read: int
    facts: dict[str, Fact] = {}

    def fingerprint(self) -> str:
        """What makes two findings the same signal: detector, kind, stream, first day over the threshold."""
        split = (self.dimension,) if self.dimension else ()
        stream = (self.device, self.version, self.site, self.stratum, self.finding, *split)
        return sha256(
            "\t".join((self.detector, self.kind, *stream, self.first_day.isoformat())).encode()
        ).hexdigest()


@cache
def code_digest(detector: str) -> str:
    """SHA-256 of a detector's source files and of the statistics beneath it: its version of code.

    Why: a figure must be tied to the code that gave it, and a hand-kept number would lie sooner or later.
    """
    seal = sha256()
    for folder in (detector, "stats", ""):
        room = files("nadzor.detect").joinpath(folder) if folder else files("nadzor.detect")
        for page in sorted(room.iterdir(), key=lambda page: page.name):
            if page.name.endswith(".py"):
                seal.update(f"{folder}/{page.name}\n".encode() + page.read_bytes())
    return seal.hexdigest()


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Findings by first day, then stream: the same list for every order of rows."""
    return sorted(
        findings, key=lambda f: (f.first_day, f.device, f.version, f.site, f.finding, f.kind, f.stratum)
    )
