# SPDX-License-Identifier: Apache-2.0
"""Rows of the tables as the structs that leave this room."""

from __future__ import annotations

import msgspec

from nadzor.detect.finding import Finding
from nadzor.vigilance.cards import Circumstances, EvidenceCard, MoveCard, QuietCard, SignalRow
from nadzor.vigilance.models import QuietLook, Signal, SignalEvidence, SignalMove

SAME = (
    "fingerprint", "detector", "kind", "device", "version", "site", "stratum", "finding", "first_day",
    "statistic", "threshold", "state", "raised_at", "changed_at", "dimension", "severity", "strength",
    "course", "take_up_by", "reason", "fixed_version", "archived_until", "archived_version",
)  # fmt: skip
"""Columns that a card shows as they are."""


def signal_row(row: Signal, newest: SignalEvidence | None) -> SignalRow:
    """A signal as lists show it, with its last evidence."""
    raised_by = finding_of(row.evidence)
    around = msgspec.convert(newest.circumstances, Circumstances) if newest else None
    return SignalRow(
        **{name: getattr(row, name) for name in SAME},
        id=row.pk,
        effect=raised_by.effect,
        owner_role=row.owner_role,
        leading=row.leading_id,  # type: ignore[attr-defined]
        follows=row.follows_id,  # type: ignore[attr-defined]
        latest=finding_of(newest.finding) if newest else raised_by,
        stands=newest.stands if newest else True,
        studies=around.studies if around else 0,
        labels=sum(each.labels for each in around.labels) if around else 0,
        window_days=around.window_days if around else 0,
    )


def finding_of(stored: object) -> Finding:
    """A finding as it was stored."""
    return msgspec.convert(stored, Finding)


def evidence_card(row: SignalEvidence) -> EvidenceCard:
    """One piece of evidence."""
    return EvidenceCard(
        at=row.at,
        finding=finding_of(row.finding),
        circumstances=msgspec.convert(row.circumstances, Circumstances),
        digest=row.digest,
        stands=row.stands,
        episodes=row.episodes,
    )


def move_card(row: SignalMove) -> MoveCard:
    """One move."""
    return MoveCard(
        at=row.at, verb=row.verb, start=row.start, to=row.to, by=row.by, role=row.role, because=row.because,
        added=row.added,
    )  # fmt: skip


def quiet_card(row: QuietLook) -> QuietCard:
    """The quiet device of a week."""
    return QuietCard(
        week=row.week, device=row.device, among=row.among, outcome=row.outcome, note=row.note,
        seen_by=row.seen_by, seen_at=row.seen_at,
    )  # fmt: skip
