# SPDX-License-Identifier: Apache-2.0
"""Who would fail under an edition of Order 4472: fields without a value, blocking doubts, the difference."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.law.form import edition_named
from nadzor.measures.rollup import Row
from nadzor.statutory.dry_run import DryRun, Missing, dry_run, field_change
from nadzor.statutory.month import FORM, DeviceFacts, month_report
from tests.unit.statutory.months import DEVICE, KNOWN, OCTOBER, ROWS, row

NO_TYPE = replace(DEVICE, solution_type=Text(ru="", en=""))
FIRST = [each for each in ROWS if each.version == "1.0"]


def run(name: str, *, rows: list[Row] = FIRST, device: DeviceFacts = DEVICE) -> DryRun:
    """The dry run of the test device's October under an edition."""
    edition = edition_named(FORM, name)
    return dry_run(month_report(rows, device, OCTOBER, edition=edition, known_by=KNOWN))


def test_a_full_month_passes_every_edition_but_the_strictest() -> None:
    """What the order asks for is there; what only one programme asks for is not."""
    outcomes = {name: run(name).outcome for name in ("draft-2025", "final-2025", "extended-2026-unchanged")}
    assert set(outcomes.values()) == {"passes"}
    strict = run("every-field")
    assert strict.outcome == "fails"
    assert strict.missing == (Missing("register_entry", 0), Missing("safety_information", 0))


def test_without_the_solution_type_only_the_extension_fails() -> None:
    """A device whose type nobody told fails the edition that asks for it and passes the other."""
    assert run("extended-2026", device=NO_TYPE).missing == (Missing("solution_type", 0),)
    assert run("extended-2026-unchanged", device=NO_TYPE).outcome == "passes"


@pytest.mark.parametrize(
    ("rows", "lacking"),
    [
        ([row("studies", 3), row("processed", 3)], Missing("results", 1)),
        ([*FIRST, row("studies", 3, version="", day=9)], Missing("version", 1)),
        ([*FIRST, row("studies", 3, site="", day=9)], Missing("organisation", 1)),
    ],
    ids=["results", "version", "organisation"],
)
def test_a_line_without_a_value_is_counted(rows: list[Row], lacking: Missing) -> None:
    """A line that lacks a field is counted under it; a count of zero lacks nothing."""
    found = run("extended-2026", rows=rows)
    assert lacking in found.missing
    assert "errors_network" not in {each.field for each in found.missing}


def test_a_month_without_events_is_neither_passed_nor_failed() -> None:
    """Nothing was received: there is nothing to send, and that is not a failure of the form."""
    assert run("extended-2026", rows=[]).outcome == "nothing"


def test_what_blocks_and_what_is_only_doubtful() -> None:
    """A device registered after the month is stopped; an unregistered version is only to be explained."""
    late = replace(DEVICE, registered_on=OCTOBER.after)
    found = run("extended-2026", rows=list(ROWS), device=late)
    assert found.blocking == ("registered-later",)
    assert found.doubtful == ("version-unregistered",)
    assert "registered-later" in found.why


def test_the_difference_of_two_editions() -> None:
    """Fields that one asks for and the other does not, each in the form's order."""
    draft, present = edition_named(FORM, "draft-2025"), edition_named(FORM, "extended-2026")
    change = field_change(draft, present)
    assert (change.added, change.dropped) == ((), ("version", "solution_type", "errors_other"))
    assert field_change(present, draft).added == change.dropped
