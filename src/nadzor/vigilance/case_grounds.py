# SPDX-License-Identifier: Apache-2.0
"""Questions to what cases rest on.  Who may see the case is the filing's matter and asked before."""

from __future__ import annotations

from nadzor.procedures.rules.case_grounds import Rest
from nadzor.vigilance.case_cards import GroundCard, RecomputationCard
from nadzor.vigilance.models import CaseGround, Recomputation


def grounds(number: str) -> tuple[GroundCard, ...]:
    """What a case rests on, in the order it was added."""
    return tuple(_ground(row) for row in CaseGround.objects.filter(filing=number))


def rests(number: str) -> tuple[Rest, ...]:
    """The same, as the rule of grounds reads it."""
    rows = CaseGround.objects.filter(filing=number)
    return tuple(Rest(row.kind, str(row.facts.get("seriousness", ""))) for row in rows)


def cases_on(kind: str, ref: str) -> tuple[str, ...]:
    """The numbers of the cases that rest on a signal, an event or a report, oldest first."""
    rows = CaseGround.objects.filter(kind=kind, ref=ref).order_by("filing")
    return tuple(dict.fromkeys(rows.values_list("filing", flat=True)))


def recomputations(number: str) -> tuple[RecomputationCard, ...]:
    """What the maker reckoned in a case, oldest first."""
    rows = Recomputation.objects.filter(filing=number)
    return tuple(
        RecomputationCard(
            id=row.pk, at=row.at, by=row.by, calculation=row.calculation, given=row.given, found=row.found,
            ours=row.ours, same=row.same, because=row.because,
        )
        for row in rows
    )  # fmt: skip


def _ground(row: CaseGround) -> GroundCard:
    return GroundCard(
        kind=row.kind, ref=row.ref, at=row.at, by=row.by, role=row.role, because=row.because,
        facts=row.facts, digest=row.digest,
    )  # fmt: skip
