# SPDX-License-Identifier: Apache-2.0
"""What of a finding can be counted day by day: a share, a mean place among bins, or a plain number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.detect.finding import Finding
from nadzor.measures.catalogue import catalogue

Shape = Literal["share", "bins", "count"]


class Measured(Struct, frozen=True, kw_only=True):
    """One daily figure: the measures above and below the line; a count has nothing below."""

    key: str
    shape: Shape
    over: tuple[str, ...]
    under: tuple[str, ...] = ()
    label: Text


MEASURED = (
    Measured(key="agreement", shape="share", over=("disagree",), under=("agree", "disagree"),
             label=Text("доля несогласий врача", "share of disagreement")),
    Measured(key="reviewed", shape="share", over=("not_reviewed",), under=("processed",),
             label=Text("доля не просмотренных врачом", "share not reviewed by a physician")),
    Measured(key="scores", shape="bins", over=("scores",),
             label=Text("средняя оценка, номер столбца", "mean score, number of the bin")),
    Measured(key="positives", shape="share", over=("positives",), under=("decided",),
             label=Text("доля положительных решений", "share of positive decisions")),
    Measured(key="declined", shape="share", over=("declined",), under=("studies",),
             label=Text("доля отказов от обработки", "share declined")),
    Measured(key="duration", shape="bins", over=("duration",),
             label=Text("время обработки, номер столбца", "processing time, number of the bin")),
    Measured(key="time_to_sign", shape="bins", over=("time_to_sign",),
             label=Text("время до подписи, номер столбца", "time to sign, number of the bin")),
    Measured(key="adverse", shape="share", over=("adverse_events",), under=("processed",),
             label=Text("нежелательных событий на исследование", "adverse events a study")),
    Measured(key="failed", shape="share", over=("failed",), under=("studies",),
             label=Text("доля отказов", "share failed")),
    Measured(key="volume", shape="count", over=("studies",),
             label=Text("исследования", "studies")),
)  # fmt: skip
"""In the order of what tells most: a detector of agreement reads studies, too."""
OF_KIND = {
    "disparity.agreement": "agreement", "disparity.positives": "positives", "disparity.failures": "failed",
    "version.regression": "agreement", "version.recovered": "agreement", "version.failures": "failed",
    "agreement.": "agreement", "review.": "reviewed", "subgroup.agreement": "agreement",
    "scores.": "scores", "positives.": "positives", "declined.": "declined",
    "latency.": "duration", "signing.": "time_to_sign", "adverse.": "adverse", "failure.": "failed",
    "fabrication.one_number": "scores", "fabrication.no_failures": "failed",
    "fabrication.no_refusals": "declined", "fabrication.no_disagreement": "agreement",
    "silence": "volume", "under_reporting.": "volume", "fabrication.": "volume",
}  # fmt: skip
"""What findings of a kind are about, by how the kind begins; many a detector reads more than that."""
WITHOUT_DAYS = ("claim.", "labels.", "estimate.", "subgroup.sensitivity", "subgroup.specificity", "common.")
"""Kinds that rest on labels, too few of them a day to be drawn by day, or speak of many devices at once."""


def measured(finding: Finding, reads: Collection[str]) -> Measured | None:
    """The daily figure that a finding is about: by its kind, else by what its detector reads, else None."""
    if finding.kind.startswith(WITHOUT_DAYS):
        return None
    key = next((key for start, key in OF_KIND.items() if finding.kind.startswith(start)), "")
    if key:
        return next(one for one in MEASURED if one.key == key)
    return next((one for one in MEASURED if {*one.over, *one.under} <= set(reads)), None)


def split_of(finding: Finding, what: Measured) -> tuple[str, str]:
    """Dimension and stratum in which the figure is kept; the whole where the measure is not split so."""
    dimension = finding.dimension
    kept = all(
        dimension in catalogue().measures[name].dimensions
        for name in (*what.over, *what.under)
        if name in catalogue().measures
    )
    return (dimension, finding.stratum) if dimension and finding.stratum and kept else ("all", "")
