# SPDX-License-Identifier: Apache-2.0
"""An entry of the register as it stood, and its editions: the shapes in which history leaves this room."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.register.rows import ClaimRow, DeviceRow, Name, Prose, ScaleRow, VersionRow
from nadzor.register.vocabulary import Field, RiskClass, SolutionType, Status
from nadzor_wire.event import Modality


class Party(Struct, frozen=True):
    """A maker or a representative, as the entry named it then."""

    code: str
    name: Name
    country: str
    inn: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """All that one entry said at one time."""

    code: str
    number: str
    name: Name
    registered_on: date
    risk_class: RiskClass
    ai: bool
    transmits: bool
    intended_use: Prose
    field: Field
    solution_type: SolutionType
    modality: Modality
    status: Status
    maker: Party
    representative: Party | None = None
    versions: tuple[VersionRow, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    scales: tuple[ScaleRow, ...] = ()

    def row(self) -> DeviceRow:
        """The entry as a row of the register file."""
        return DeviceRow(
            code=self.code, name=self.name, maker=self.maker.code, number=self.number,
            registered_on=self.registered_on, risk_class=self.risk_class, ai=self.ai,
            transmits=self.transmits, intended_use=self.intended_use, field=self.field,
            solution_type=self.solution_type, modality=self.modality, status=self.status,
            versions=self.versions, claims=self.claims, scales=self.scales,
        )  # fmt: skip


class Difference(Struct, frozen=True):
    """One field that two editions say differently; None where one of them says nothing."""

    key: str
    label: Text
    before: Text | None
    after: Text | None


class EditionDates(Struct, frozen=True, kw_only=True):
    """When an edition became known, and since when what it says holds."""

    device: str
    number: int
    known_at: datetime
    valid_from: date


class RevisionCard(Struct, frozen=True):
    """One edition: what it changed, since when it holds, since when it is known here, and by which filing."""

    id: int
    device: str
    number: int
    valid_from: date
    known_at: datetime
    cause: str
    filing: str
    fields: tuple[str, ...]
    changed: tuple[Difference, ...]
    entry: Entry
    digest: str


class Change(Struct, frozen=True):
    """One edition for those who follow the register; `fields` are the keys it set differently."""

    id: int
    device: str
    number: int
    valid_from: date
    known_at: datetime
    cause: str
    filing: str
    fields: tuple[str, ...]
    entry: Entry
    digest: str


class ChangesPage(Struct, frozen=True):
    """Editions after a cursor; `next` is the cursor to ask with next time, whether or not more is there."""

    items: tuple[Change, ...]
    next: int
    more: bool
    as_of: datetime
