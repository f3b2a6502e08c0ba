# SPDX-License-Identifier: Apache-2.0
"""Run every detector over the rollups, with the register's claims and the calendar's holidays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import READS as CLAIM_READS
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.finding import Finding
from nadzor.detect.series import Days
from nadzor.detect.silence import detector as silence
from nadzor.measures.rollup import Row
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.workdays.calendar import loaded

READS: dict[str, Collection[tuple[str, str]]] = {
    silence.NAME: silence.READS,
    failure_cusum.NAME: failure_cusum.READS,
    claim_check.NAME: CLAIM_READS,
}
"""What each detector reads, as (measure, dimension)."""


def run_detectors(rollups: Rollups, *, today: date) -> list[Finding]:
    """Everything the detectors say of the days before today.

    Why: today is not over, so its silence says nothing yet.
    """
    size = rollups.manifest.journal_size
    wanted = {pair for reads in READS.values() for pair in reads}
    days = Days(read(rollups, wanted), wanted)
    quiet = silence.Params(after=today, holidays=days_off(), journal_size=size)
    return [
        *silence.detect(days, params=quiet),
        *failure_cusum.detect(days, params=failure_cusum.Params(journal_size=size)),
        *claim_check.detect(days, claims=claims(), params=claim_check.Params(journal_size=size)),
    ]


def check_claims(rollups: Rollups, *, device: str) -> list[Verdict]:
    """What the labels say of each claim of a device: consistent, contradicted or untestable."""
    return claim_check.check(read(rollups, CLAIM_READS, device=device), claims=claims(device))


def read(rollups: Rollups, reads: Collection[tuple[str, str]], *, device: str | None = None) -> Sequence[Row]:
    """The rows a detector reads, of one device or of all."""
    where = {"device": device} if device else {}
    return [
        row
        for measure, dimension in sorted(reads)
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
