# SPDX-License-Identifier: Apache-2.0
"""What this room says about a case: its grounds, its packs, what the maker reckoned, as frozen structs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class GroundCard(Struct, frozen=True, kw_only=True):
    """One thing a case rests on, with what it said on the day it was added; `digest` is of those facts."""

    kind: str
    ref: str
    at: datetime
    by: str
    role: str
    because: str
    facts: dict[str, Any]
    digest: str


class PackCard(Struct, frozen=True, kw_only=True):
    """What the maker was given at an inquiry; `digest` is of the body as canonical JSON."""

    id: int
    filing: str
    at: datetime
    body: dict[str, Any]
    digest: str


class RecomputationCard(Struct, frozen=True, kw_only=True):
    """The maker's figures, what our code makes of them, and what the pack said of the same calculation."""

    id: int
    at: datetime
    by: str
    calculation: str
    given: dict[str, Any]
    found: dict[str, Any]
    ours: dict[str, Any]
    same: bool
    because: str


class Reproduction(Struct, frozen=True, kw_only=True):
    """A calculation that gives a figure of a finding again.

    `figure` names the field of the answer, `found` is what it holds, `said` what the finding says; `same`
    is whether they agree to within `TOLERANCE` of rounding, `of` what in the finding it is.
    """

    calculation: str
    given: dict[str, Any]
    figure: str
    found: float
    said: float
    same: bool
    of: str
    command: str
