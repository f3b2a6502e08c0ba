# SPDX-License-Identifier: Apache-2.0
"""Run every detector over the rollups, with the register's claims and the calendar's holidays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import READS as CLAIM_READS
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.context import Context, Release
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.detect.suite import reads, run_suite
from nadzor.measures.rollup import Row
from nadzor.register import queries as register
from nadzor.register.cards import VersionCard
from nadzor.telemetry.store import Rollups
from nadzor.workdays.calendar import loaded


def run_detectors(rollups: Rollups, *, today: date, only: Collection[str] = DETECTORS) -> list[Finding]:
    """Everything the detectors say of the days before today.

    Why: today is not over, so its silence says nothing yet.
    """
    told = context(today=today, journal_size=rollups.manifest.journal_size)
    return run_suite(rollups.columns(reads(only)), told, only=only)


def context(*, today: date, journal_size: int | None = None) -> Context:
    """What the register and the calendar tell the detectors."""
    cards = register.devices()
    return Context(
        after=today,
        holidays=days_off(),
        claims=claims(),
        releases={card.code: [_release(one) for one in register.versions(card.code)] for card in cards},
        makers={card.code: card.maker.code for card in cards},
        journal_size=journal_size,
    )


def _release(card: VersionCard) -> Release:
    return Release(
        version=card.version, released_on=card.released_on, builds=card.builds,
        registered=card.registered_on is not None,
    )  # fmt: skip


def check_claims(rollups: Rollups, *, device: str) -> list[Verdict]:
    """What the labels say of each claim of a device: consistent, contradicted or untestable."""
    return claim_check.check(read(rollups, CLAIM_READS, device=device), claims=claims(device))


def read(rollups: Rollups, pairs: Collection[tuple[str, str]], *, device: str | None = None) -> Sequence[Row]:
    """The rows a detector reads, of one device or of all."""
    where = {"device": device} if device else {}
    return [
        row
        for measure, dimension in sorted(pairs)
        for row in rollups.rows(measure, dimension=dimension, **where)
    ]


def claims(device: str | None = None) -> list[Claim]:
    """What makers declared, as the claim check takes it."""
    return [
        Claim(
            device=card.device,
            finding=card.finding,
            metric=card.metric,
            value=float(card.value),
            lower_bound=float(card.lower_bound),
            threshold=card.threshold,
        )
        for card in register.claims(device)
    ]


def days_off() -> frozenset[date]:
    """Weekdays that nobody works, in the years that are loaded; elsewhere no holiday is assumed."""
    return frozenset(day for year in loaded().values() for day in year.days_off)
