# SPDX-License-Identifier: Apache-2.0
"""Run every detector over the rollups, with the register's claims and the calendar's holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from msgspec import Struct

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import READS as CLAIM_READS
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.context import Context, Declared, Release
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.detect.suite import reads, run_suite
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row
from nadzor.register import queries as register
from nadzor.register.baselines import standing_baselines
from nadzor.register.cards import VersionCard
from nadzor.register.declared import DeclaredCard, standing_months
from nadzor.telemetry.store import Rollups
from nadzor.workdays.calendar import loaded


class Run(Struct, frozen=True):
    """What the detectors read, and all that they found in it."""

    columns: Columns
    findings: list[Finding]


def run_detectors(rollups: Rollups, *, today: date, only: Collection[str] = DETECTORS) -> Run:
    """Everything the detectors say of the days before today.

    Why: today is not over, so its silence says nothing yet.
    """
    told = context(today=today, journal_size=rollups.manifest.journal_size)
    read_now = rollups.columns(reads(only))
    return Run(read_now, run_suite(read_now, told, only=only))


def context(*, today: date, journal_size: int | None = None) -> Context:
    """What the register and the calendar tell the detectors."""
    cards = register.devices()
    return Context(
        after=today,
        holidays=days_off(),
        claims=claims(),
        releases={card.code: [_release(one) for one in register.versions(card.code)] for card in cards},
        makers={card.code: card.maker.code for card in cards},
        baselines={code: Window(card.first, card.after) for code, card in standing_baselines().items()},
        declared=[one for card in standing_months() for one in _declared(card)],
        bins=register.bins(),
        journal_size=journal_size,
    )


def _declared(card: DeclaredCard) -> Iterator[Declared]:
    """What a declared month says of measures that events tell, too; `site` is the clinic's pseudonym."""
    month = date.fromisoformat(f"{card.month}-01")
    for row in card.rows:
        told = {
            "studies": row.get("attempts"),
            "processed": row.get("studies"),
            "declined": row.get("declined"),
        }
        for measure, n in told.items():
            if isinstance(n, int):
                yield Declared(
                    device=card.device, month=month, measure=measure, n=n, site=row.get("site", "")
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
