# SPDX-License-Identifier: Apache-2.0
"""Plans and yearly reports as frozen structs: the only shape in which they leave this room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from nadzor.procedures.monitoring import NOT_REQUIRED, ReportDay
from nadzor.procedures.rules.dossier import Plan
from nadzor.statutory.monitoring_report import YearReport
from nadzor.vigilance.cards import MoveCard

WRITTEN: Final = ("literature", "feedback", "sales", "measures", "conclusions")
"""The parts of a report that people write by hand, in the form's order; the sales are never checked."""


class PlanCard(Struct, frozen=True, kw_only=True):
    """A plan in one edition, and the filing it came from, if any."""

    device: str
    edition: int
    since: date
    plan: Plan
    filing: str
    at: datetime
    by: str


class Receipt(Struct, frozen=True, kw_only=True):
    """One filed edition: its number, its hash, when, how it was sealed, the hash of the deed in the audit.

    `late`: filed after the last day, where there was one.  `previous` is the number it replaces.
    """

    number: str
    edition: int
    digest: str
    at: datetime
    by: str
    signer: str
    suite: str
    qualified: bool
    late: bool
    audit: str
    previous: str = ""


class ReportRow(Struct, frozen=True, kw_only=True):
    """A yearly report as lists show it; `state` is empty while nobody has opened it.

    `missing`: its last day passed and nothing was filed.  `before`: its last day passed before this platform
    was there, so that nobody here can know whether it was filed.
    """

    device: str
    name_ru: str
    name_en: str
    maker: str
    day: ReportDay
    state: str
    filed_on: date | None
    editions: int
    missing: bool
    late: bool
    before: bool

    @property
    def is_expected(self) -> bool:
        """Whether somebody still waits for it."""
        return self.filed_on is None and self.state != NOT_REQUIRED and not self.day.open and not self.before

    def name(self, lang: str) -> str:
        """The device's name in a language."""
        return self.name_en if lang == "en" else self.name_ru


class Filed(Struct, frozen=True, kw_only=True):
    """One filed edition whole: what was signed, and its receipt."""

    receipt: Receipt
    report: YearReport
    words: dict[str, str]


class ReportCard(Struct, frozen=True, kw_only=True):
    """One yearly report with everything behind it; `report` is None until it was first drafted."""

    row: ReportRow
    report: YearReport | None
    words: dict[str, str]
    digest: str
    signed: str
    plan: PlanCard | None
    steps: tuple[MoveCard, ...]
    filed: tuple[Filed, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """The hand-written parts that nobody has written yet."""
        return tuple(key for key in WRITTEN if not self.words.get(key, "").strip())
