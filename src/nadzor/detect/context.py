# SPDX-License-Identifier: Apache-2.0
"""What detectors are told besides rows: calendar, register and claims as they stood; never a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.window import Window
from nadzor.measures.bins import Bins


class Release(Struct, frozen=True, kw_only=True):
    """A version as the register knows it; `builds` are the digests registered under its name."""

    version: str
    released_on: date
    builds: tuple[str, ...] = ()
    registered: bool = True


class Declared(Struct, frozen=True, kw_only=True):
    """A declared monthly figure of a device, to be set against its events; `site` empty means all sites."""

    device: str
    month: date
    measure: str
    n: int
    site: str = ""


class Context(Struct, frozen=True, kw_only=True):
    """Everything a detector may know that is not a rollup row.

    `after` is the first day that is not closed yet; `holidays` are days on which quiet is no event;
    `releases` and `makers` are by device; `baselines` are windows that a person registered in place of the
    first days; `bins` are the registered edges of score histograms by (device, finding).
    """

    after: date | None = None
    holidays: frozenset[date] = frozenset()
    claims: Sequence[Claim] = ()
    releases: Mapping[str, Sequence[Release]] = {}
    makers: Mapping[str, str] = {}
    baselines: Mapping[str, Window] = {}
    declared: Sequence[Declared] = ()
    bins: Bins = {}
    journal_size: int | None = None
