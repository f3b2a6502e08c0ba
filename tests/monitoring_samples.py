# SPDX-License-Identifier: Apache-2.0
"""A class 3 device of 2025, a year of rows with labels, and the people who move its yearly report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from nadzor.actions.draft_monitoring import draft_monitoring
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.import_register import import_register
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.base.home import Home
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE
from nadzor.procedures.rules.dossier import Plan
from nadzor.vigilance.monitoring_cards import Receipt
from tests.filing_samples import MAKER_ADMIN
from tests.register_samples import device, foreign_device, register
from tests.rollup_samples import row, write_rollups

BEGAN = datetime(2025, 12, 20, 9, 0, tzinfo=UTC)
JANUARY = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
CODE, YEAR = "ai-901", 2025
WORDS = {
    "literature": "Three papers, none contradicts the claim.",
    "feedback": "None was received.",
    "sales": "Twelve licences.",
    "measures": "None were taken.",
    "conclusions": "Nothing speaks against the use of the device.",
}
PLAN = Plan(goals="Sensitivity in routine work", population="adults", sample_size=400, ends=date(2028, 3, 3))


def rows() -> Iterator[Row]:
    """A year: 40 studies a day at one site, and labels of which nine in ten were found."""
    for month in range(3, 13):
        day = date(2025, month, 10)
        yield row("studies", 40, day, site="s-1")
        yield row("processed", 39, day, site="s-1")
        yield row("failed", 1, day, site="s-1", dimension="stage", stratum="network")
        for measure, n in (("tp", 9), ("fn", 1), ("labels", 10), ("agree", 30), ("disagree", 10)):
            yield row(measure, n, day, site="s-1", finding="lung_nodule")
        for measure, n in (("tp", 9), ("fn", 1), ("labels", 10)):
            told = {"finding": "lung_nodule", "dimension": "selection", "stratum": "random"}
            yield row(measure, n, day, site="s-1", **told)


def monitored_house(home: Home) -> None:
    """The register with one class 3 device of this maker, one abroad of class 2b, and the year's rows."""
    import_register(register(device(), foreign_device(risk_class="2b")), by=CONSOLE, now=BEGAN)
    write_rollups(home, rows())


def signed(home: Home, *, now: datetime = JANUARY) -> str:
    """A report drafted, written and signed; returns its hash."""
    draft_monitoring(home, CODE, YEAR, by=MAKER_ADMIN, now=now)
    write_monitoring(CODE, YEAR, WORDS, by=MAKER_ADMIN, now=now)
    return sealed(home, now=now)


def sealed(home: Home, *, now: datetime = JANUARY) -> str:
    """A written report made ready and signed; returns its hash."""
    found = make_ready(home, CODE, YEAR, by=MAKER_ADMIN, now=now)
    sign_monitoring(home, CODE, YEAR, expected=found, by=MAKER_ADMIN, now=now)
    return found


def filed(home: Home, *, now: datetime = JANUARY) -> Receipt:
    """A report filed."""
    signed(home, now=now)
    return file_monitoring(CODE, YEAR, by=MAKER_ADMIN, now=now)
