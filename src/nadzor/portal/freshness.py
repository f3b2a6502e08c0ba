# SPDX-License-Identifier: Apache-2.0
"""What the figures of a page rest on: which journal, read up to where, rolled up when."""

from __future__ import annotations

from msgspec import Struct

from nadzor.base.home import Home


class Freshness(Struct, frozen=True):
    """The foot of a page: the extent and digest of what was counted."""

    journal_size: int
    digest: str
    last_known: str = ""


def freshness(home: Home) -> Freshness | None:
    """Read from the rollup's manifest; None before the first rollup."""
    return None
