# SPDX-License-Identifier: Apache-2.0
"""When an owner of data is told the details of a reading: at once, after its affair, after a deferral.  Pure.

That it was read, how often, by which role number and on which kind of page is told at once, always.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct


class Terms(Struct, frozen=True):
    """The house's terms; None where no norm is in force: no deferral holds then, an affair has no bound."""

    deferral: timedelta | None
    affair: timedelta | None


class Asked(Struct, frozen=True, kw_only=True):
    """One reading: when, whether the affair it was for is still open, whether a deferral stands over it."""

    at: datetime
    is_open: bool = False
    is_deferred: bool = False


def is_told(asked: Asked, terms: Terms, now: datetime) -> bool:
    """Whether the details are told now.

    Why: a deferral hides no reading that is older than its term, so that one deferral after another hides
    nothing for longer; an affair that nobody ends hides nothing for ever.
    """
    if asked.is_deferred and terms.deferral is not None and now < asked.at + terms.deferral:
        return False
    if not asked.is_open:
        return True
    return terms.affair is not None and now >= asked.at + terms.affair
