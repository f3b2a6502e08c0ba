# SPDX-License-Identifier: Apache-2.0
"""Records of the same event told twice: pairs with their chances, and groups; a person confirms them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Share, Statistic
from nadzor.detect.stats.linkage import Links, groups, link
from nadzor.detect.stats.linkage_fields import Field, Kind, Value, column_of, kind_of

IDENTIFIERS = ("rec_id", "id", "record_id")
Identifier = str | int


class LinkField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field to compare; without a kind the values tell it; tolerance in days or a share of the larger."""

    name: str
    kind: Kind | None = None
    tolerance: Annotated[float, Meta(ge=0)] = 0.0


class Linkage(Figures, frozen=True, kw_only=True):
    """Records as objects, and the fields to compare: names or descriptions; without them all but the id.

    The id is `id`, `rec_id` or `record_id`, else the place.  Pairs that differ in all fields of `conflict`
    are not proposed, however alike they are otherwise.
    """

    records: list[dict[str, Value]]
    fields: list[str | LinkField] = []
    conflict: list[str] = []
    threshold: Share = 0.9
    seed: Count = 1


class Pair(Struct, frozen=True):
    """Two records, the weight of their likeness in bits, and the chance that they tell of the same."""

    a: Identifier
    b: Identifier
    weight: float
    probability: float


class Linked(Struct, frozen=True):
    """Pairs at least as likely as the threshold, surest first; groups in which every two are such a pair."""

    pairs: list[Pair]
    clusters: list[list[Identifier]]
    fields: list[LinkField]
    compared: int


def _link(figures: Linkage) -> Linked:
    records = [{name.strip(): value for name, value in record.items()} for record in figures.records]
    names, key = _identified(records)
    fields = _fields(figures.fields, records, key)
    columns = [column_of(field, [record.get(field.name) for record in records]) for field in fields]
    told = [LinkField(name=one.name, kind=one.kind, tolerance=one.tolerance) for one in fields]
    if len(records) < 2 or not columns:
        return Linked([], [], told, 0)
    every = link(columns, seed=figures.seed)
    sure = _without_conflict(every.above(figures.threshold), records, figures.conflict)
    numbers = (sure.first.tolist(), sure.second.tolist(), sure.weight.tolist(), sure.probability.tolist())
    pairs = [Pair(names[a], names[b], weight, chance) for a, b, weight, chance in zip(*numbers, strict=True)]
    clusters = [[names[record] for record in group] for group in groups(sure)]
    return Linked(pairs, clusters, told, len(every.first))


def _identified(records: Sequence[dict[str, Value]]) -> tuple[list[Identifier], str]:
    """What each record is called, and the field that says so."""
    key = next((name for name in IDENTIFIERS if records and all(name in one for one in records)), "")
    names = [str(one[key]) if key else place for place, one in enumerate(records)]
    if len(set(names)) < len(names):
        raise ValueError("two records have the same id")
    return names, key


def _fields(wanted: Sequence[str | LinkField], records: Sequence[dict[str, Value]], key: str) -> list[Field]:
    known = list(dict.fromkeys(name for record in records for name in record))
    told = [one if isinstance(one, LinkField) else LinkField(name=one.strip()) for one in wanted]
    told = told or [LinkField(name=name) for name in known]
    if lost := [one.name for one in told if records and one.name not in known]:
        raise ValueError(f"no record has the field {', '.join(lost)}")
    return [
        Field(one.name, one.kind or kind_of([record.get(one.name) for record in records]), one.tolerance)
        for one in told
        if one.name != key
    ]


def _without_conflict(links: Links, records: Sequence[dict[str, Value]], conflict: Sequence[str]) -> Links:
    """The pairs that agree in one of these fields at least, or do not tell one."""
    if not conflict:
        return links
    columns = [column_of(Field(name, "exact"), [one.get(name) for one in records]) for name in conflict]
    levels = np.stack([column.levels(links.first, links.second) for column in columns])
    kept = np.flatnonzero((levels != 0).any(axis=0))
    return Links(links.first[kept], links.second[kept], links.weight[kept], links.probability[kept])


STATISTICS = (
    Statistic(
        name="link", what="Records that tell of the same event: pairs with their chances, and groups",
        method="Fellegi & Sunter 1969, degrees of agreement Winkler 1990; u from random pairs, m and the"
        " share of true pairs by EM; texts by Dice 1945 on pairs of letters; complete-link groups; nothing is"
        " merged",
        equation="weight = sum over fields of log2(m / u) of the degree of agreement; a missing value adds 0",
        figures=Linkage, compute=_link,
        example={
            "records": [
                {"id": 1, "device": "d-1", "day": "2031-02-03", "text": "no result was shown for the study"},
                {"id": 2, "device": "d-1", "day": "2031-02-03", "text": "no result shown for the study"},
                {"id": 3, "device": "d-2", "day": "2031-05-09", "text": "wrong side was marked"},
            ]
        },
    ),
)  # fmt: skip
