# SPDX-License-Identifier: Apache-2.0
"""Questions to what cases rest on.  Who may see the case is the filing's matter and asked before."""

from __future__ import annotations

from typing import Final

from nadzor.procedures.rules.case_grounds import EVENT, SIGNAL, Rest
from nadzor.vigilance.case_cards import GroundCard, RecomputationCard
from nadzor.vigilance.case_facts import NO_GROUND
from nadzor.vigilance.models import AdverseEvent, CaseGround, Recomputation

CLAIM: Final = "claim"
CLAIM_CHECK: Final = "claim_check"


def grounds(number: str) -> tuple[GroundCard, ...]:
    """What a case rests on, in the order it was added."""
    return tuple(_ground(row) for row in CaseGround.objects.filter(filing=number))


def rests(number: str) -> tuple[Rest, ...]:
    """The same, as the rule of grounds reads it: events as they stand now, each ground once.

    Why: an event that was declined since, or proved less serious, carries no measure any more.  A claim check
    beside a signal of the same check is that signal again, and no ground of another kind.
    """
    rows = {(row.kind, row.ref): row for row in CaseGround.objects.filter(filing=number)}
    checked = any(row.facts.get("finding", {}).get("detector") == CLAIM_CHECK for row in rows.values())
    told = (_rest(row, checked=checked) for row in rows.values())
    return tuple(rest for rest in told if rest is not None)


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


def _rest(row: CaseGround, *, checked: bool) -> Rest | None:
    if row.kind == EVENT:
        now = AdverseEvent.objects.filter(number=row.ref).exclude(state__in=NO_GROUND).first()
        return Rest(EVENT, str(now.seriousness)) if now else None
    return Rest(SIGNAL if checked and row.kind == CLAIM else row.kind)


def _ground(row: CaseGround) -> GroundCard:
    return GroundCard(
        kind=row.kind, ref=row.ref, at=row.at, by=row.by, role=row.role, because=row.because,
        facts=row.facts, digest=row.digest,
    )  # fmt: skip
