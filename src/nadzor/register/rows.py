# SPDX-License-Identifier: Apache-2.0
"""The import format: what a register file may say, row by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from nadzor.register.vocabulary import Field, Metric, RiskClass, SolutionType, Status
from nadzor_wire.event import Build, FindingCode, Modality, Version

SCORE_TOP: Final = 10_000  # the wire's scale
BINS_MAX: Final = 200  # what a baseline is cut into; more would be thinner than a day's counts
Code = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,39}\Z", description="lower-case letters, digits, hyphens")
]
Line = Annotated[str, Meta(min_length=1, max_length=300)]
Paragraph = Annotated[str, Meta(min_length=1, max_length=4000)]
Threshold = Annotated[int, Meta(ge=0, le=10_000)]
OrganisationKind = Literal[
    "regulator", "manufacturer", "representative", "clinic", "expert", "laboratory", "operator"
]


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the file: an unknown field is an error, because it would be lost in silence."""


class Name(Row, frozen=True, kw_only=True):
    """A name in both languages."""

    ru: Line
    en: Line


class Prose(Row, frozen=True, kw_only=True):
    """A text in both languages."""

    ru: Paragraph
    en: Paragraph


class OrganisationRow(Row, frozen=True, kw_only=True):
    """One organisation; a foreign maker has no INN and names its representative."""

    code: Code
    name: Name
    kind: OrganisationKind
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] = "RU"
    inn: str = ""
    ogrn: str = ""
    oid: str = ""
    represented_by: Code | None = None


class VersionRow(Row, frozen=True, kw_only=True):
    """One software version and the builds that carry it."""

    version: Version
    released_on: date
    registered_on: date | None = None
    builds: tuple[Build, ...] = ()


class ClaimRow(Row, frozen=True, kw_only=True):
    """A declared figure.  Units: value and lower_bound are shares 0..1; threshold 0..10000."""

    finding: FindingCode
    label: Name
    metric: Metric
    value: Decimal
    lower_bound: Decimal
    threshold: Threshold | None = None


class ScaleRow(Row, frozen=True, kw_only=True):
    """A score scale, with edges from a baseline or, for want of one, `bins` even bins.

    Units: low and high in the device's own score; edges in the wire's 0..10000.
    """

    finding: FindingCode
    low: float = 0.0
    high: float = 1.0
    edges: tuple[Threshold, ...] = ()
    bins: Annotated[int, Meta(ge=2, le=BINS_MAX)] | None = None

    def registered_edges(self) -> list[int]:
        """The edges to register.

        >>> ScaleRow(finding="lung_nodule", bins=4).registered_edges()
        [2500, 5000, 7500]
        """
        if self.bins is None:
            return list(self.edges)
        return [SCORE_TOP * n // self.bins for n in range(1, self.bins)]


class DeviceRow(Row, frozen=True, kw_only=True):
    """One device with all that is declared about it."""

    code: Code
    name: Name
    maker: Code
    number: Annotated[str, Meta(min_length=1, max_length=60)]
    registered_on: date
    risk_class: RiskClass
    ai: bool
    transmits: bool
    intended_use: Prose
    field: Field
    solution_type: SolutionType
    modality: Modality
    status: Status = "registered"
    versions: Annotated[tuple[VersionRow, ...], Meta(min_length=1)]
    claims: tuple[ClaimRow, ...] = ()
    scales: tuple[ScaleRow, ...] = ()


class RegisterFile(Struct, frozen=True, kw_only=True):
    """A whole file, every row of the right shape."""

    organisations: tuple[OrganisationRow, ...] = ()
    devices: tuple[DeviceRow, ...] = ()


class Defect(Struct, frozen=True):
    """One thing wrong in a file: where, which catalogued problem, and what may be said about it."""

    at: str
    code: str
    facts: dict[str, str] = {}
