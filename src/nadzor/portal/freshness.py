# SPDX-License-Identifier: Apache-2.0
"""What the figures of a page rest on: how much of the journal, up to which day, with which digest."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.portal.counts import Counts


class Freshness(Struct, frozen=True):
    """The foot of a page: the extent and digest of what was counted."""

    journal_size: int
    digest: str
    known_until: date | None


def freshness(home: Home) -> Freshness | None:
    """Read from the rollup's manifest; None before the first rollup."""
    manifest = Counts(home).manifest
    return Freshness(manifest.journal_size, manifest.digest, manifest.known_until) if manifest else None
