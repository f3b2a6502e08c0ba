# SPDX-License-Identifier: Apache-2.0
"""What is doubtful in a filled month, and that a sound one raises no doubt."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from nadzor.base.problems import Text
from nadzor.law.form import edition_named
from nadzor.measures.rollup import Row
from nadzor.statutory.checks import checks, doubts
from nadzor.statutory.month import FORM, month_report
from nadzor.statutory.words import error_kinds, parse_error_kinds
from tests.unit.statutory.months import DEVICE, KNOWN, OCTOBER, ROWS, october, row

SOUND = ROWS[:14]
STAGE = {"dimension": "stage", "stratum": "processing"}


def test_a_sound_month_raises_no_doubt() -> None:
    """Registered device, registered version, named site, counts that agree: nothing to say."""
    assert doubts(october(SOUND)) == []


@pytest.mark.parametrize(
    ("code", "rows", "facts"),
    [
        ("name-missing", [], {"name": Text(ru="", en="Lung helper")}),
        ("number-unusual", [], {"number": "без номера"}),
        ("registered-later", [], {"registered_on": date(2026, 11, 1)}),
        ("version-unregistered", [row("studies", 1, version="9.9")], {}),
        ("version-not-stated", [row("studies", 1, version="")], {}),
        ("site-missing", [row("studies", 1, site="")], {}),
        ("count-negative", [row("declined", -1, site="s-9")], {}),
        ("errors-beyond-attempts", [row("failed", 1, site="s-9", **STAGE)], {}),
    ],
)
def test_each_doubt_is_found(code: str, rows: list[Row], facts: dict[str, object]) -> None:
    """Each thing that can be doubtful is found, alone, with its field and its words."""
    report = october([*SOUND, *rows], device=msgspec.structs.replace(DEVICE, **facts))
    (doubt,) = doubts(report)
    assert (doubt.code, doubt.field, doubt.text) == (code, checks()[code].field, checks()[code].text)
    assert doubt.text.ru and doubt.text.en


def test_nothing_received_is_not_zero() -> None:
    """A month without rows is told from a month of zero studies."""
    assert [doubt.code for doubt in doubts(october([]))] == ["nothing-received"]


def test_an_edition_is_asked_only_for_its_fields() -> None:
    """The draft does not ask for versions, so an unregistered one is no doubt under it."""
    draft = edition_named(FORM, "draft-2025")
    report = month_report(ROWS, DEVICE, OCTOBER, edition=draft, known_by=KNOWN)
    assert doubts(report) == []
    assert [doubt.code for doubt in doubts(october())] == ["version-unregistered"]


def test_error_kinds_count_every_stage_once() -> None:
    """The mapping of stages to kinds of error covers each stage once; one that does not is refused."""
    assert set(error_kinds()) >= {"network", "processing", "data_quality"}
    lame = 'network: {label: {ru: "сеть", en: "network"}, failed: [network, network], faults: []}'
    with pytest.raises(ValueError, match="failed at stage network is counted 2 times"):
        parse_error_kinds(lame)
