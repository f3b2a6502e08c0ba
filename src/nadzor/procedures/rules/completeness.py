# SPDX-License-Identifier: Apache-2.0
"""Is the dossier complete?  Every defect at once, in the order of the pages, with its rule and its cure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from nadzor.base.problems import Text
from nadzor.law.conflict import Body, bodies
from nadzor.law.norm import Status
from nadzor.procedures.rules.checklist import Item, checklist, is_filled, items_on, need, place_of, value_of
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.rule import known_rule
from nadzor.procedures.rules.soundness import Case, Fault, faults, sentence


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """One defect: where, what is wrong, what cures it, by which rule.

    `blocking` is false for advice: the rule is not confirmed, not known for the day, or may not apply.
    """

    item: str
    step: str
    at: str
    code: str
    wrong: Text
    cure: Text
    fact: str
    key: str
    cite: str
    status: Status
    blocking: bool


class DossierAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a dossier is complete on a day, and every defect: how many block, how many advise."""

    on: date
    complete: bool
    blocking: int
    advice: int
    defects: tuple[Defect, ...]


def answer_on(dossier: Dossier, on: date, *, known_bodies: Sequence[Body] | None = None) -> DossierAnswer:
    """The check with its sums.

    Law: as `check`.
    """
    found = check(dossier, on, known_bodies=known_bodies)
    blocking = sum(defect.blocking for defect in found)
    return DossierAnswer(
        on=on, complete=not blocking, blocking=blocking, advice=len(found) - blocking, defects=found
    )


def check(dossier: Dossier, on: date, *, known_bodies: Sequence[Body] | None = None) -> tuple[Defect, ...]:
    """Every defect of a dossier on a day, in the checklist's order; none when nothing was found.

    Law: R-048, R-063..R-072, R-080..R-082, R-090..R-097, R-113; F-01..F-06.
    """
    lists = bodies() if known_bodies is None else known_bodies
    return tuple(defect for key, item in items_on(on) for defect in _of_item(key, item, dossier, on, lists))


_MISSING = {"file": "missing_file", "points": "missing_place", "place": "missing_place"}


def _of_item(key: str, item: Item, dossier: Dossier, on: date, lists: Sequence[Body]) -> Iterator[Defect]:
    asked = need(item, dossier)
    value = value_of(key, item, dossier)
    if asked == "no":
        return
    if is_filled(value):
        case = Case(key, item, value, dossier, on, lists)
        yield from (_defect(key, item, fault, on) for fault in faults(case))
    elif asked == "maybe":
        yield _defect(key, item, Fault("may_be_needed", item.fact, advice=True), on)
    else:
        yield _defect(key, item, Fault(_MISSING.get(item.kind, "missing"), item.fact, advice=item.advice), on)


def _defect(key: str, item: Item, fault: Fault, on: date) -> Defect:
    used = known_rule(fault.fact, on)
    told = fault if used else msgspec.structs.replace(fault, code="rule_unknown")
    cure = checklist().cures.get(told.code, item.cure)
    return Defect(
        item=key, step=item.step, at=place_of(key, item), code=told.code, wrong=sentence(told, item.label),
        cure=cure, fact=used.fact if used else fault.fact, key=used.key if used else "",
        cite=used.cite if used else "", status=used.status if used else "unverified",
        blocking=bool(used and used.decides and not fault.advice),
    )  # fmt: skip
