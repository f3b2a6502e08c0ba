# SPDX-License-Identifier: Apache-2.0
"""The form of Order 4472: which edition a month falls under, and the forms that are refused."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from nadzor.law.form import edition_named, edition_on, forms, parse_form
from nadzor.law.norm import NormMissing

TEXT = files("nadzor.law").joinpath("forms/order-4472.yaml").read_text("utf-8")


def test_the_month_chooses_the_edition() -> None:
    """A month of 2025 is reported by the first text; a month of 2026 by the unverified extension."""
    first, extended = (edition_on("order-4472", date(year, 11, 1)) for year in (2025, 2026))
    assert (first.edition, first.status) == ("final-2025", "reported")
    assert (extended.edition, extended.status) == ("extended-2026", "unverified")
    assert set(extended.fields) - set(first.fields) == {"solution_type"}


def test_no_edition_before_the_order_or_after_its_extension() -> None:
    """Before the order and after its extension there is no edition, and none is invented."""
    for day in (date(2025, 9, 1), date(2028, 1, 1)):
        with pytest.raises(NormMissing):
            edition_on("order-4472", day)


def test_a_draft_can_be_dry_run() -> None:
    """The draft is never in force, but can be asked for by name, and says that it is a draft."""
    draft = edition_named("order-4472", "draft-2025")
    assert draft.draft
    assert draft.status == "unverified"
    assert "version" not in draft.fields
    assert not edition_named("order-4472", "final-2025").draft


def test_fields_are_numbered_in_order() -> None:
    """Every edition lists its fields in the order's own order, each with both labels."""
    form = forms()["order-4472"]
    for edition in form.editions.values():
        numbers = [form.fields[key].number for key in edition.fields]
        assert numbers == sorted(numbers)
    assert all(field.label.ru and field.label.en and field.cite for field in form.fields.values())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("      - solution_type\n", "      - solution_kind\n", "unknown field solution_kind"),
        ("      - solution_type\n", "      - version\n", "repeats a field"),
        ("until: 2026-01-01", "until: 2026-02-01", "overlaps"),
        ("next: 2027-01-11", "next: 2026-01-11", "no later review date"),
    ],
)
def test_a_wrong_form_is_not_loaded(old: str, new: str, fault: str) -> None:
    """Unknown or repeated fields, overlapping editions and missing reviews stop the loading."""
    with pytest.raises(ValueError, match=fault):
        parse_form(TEXT.replace(old, new, 1))
