# SPDX-License-Identifier: Apache-2.0
"""What keeps a form from making an entry is known before anybody decides."""

from __future__ import annotations

import pytest

from nadzor.register.entry_gaps import MADE, entry_defects, gaps
from tests.filing_samples import FORM


def without(*names):
    """The sample form without some of its fields."""
    return {key: value for key, value in FORM.items() if key not in names}


def places(procedure, form):
    """Where the gaps are."""
    return [gap.at for gap in gaps(procedure, form)]


def test_a_whole_form_has_no_gap():
    """Nothing is asked that the register does not need, on any way."""
    assert {name: places(name, FORM) for name in MADE} == dict.fromkeys(MADE, [])
    assert entry_defects("registration_simplified", FORM) == ()


def test_every_missing_field_is_named_at_once():
    """Fields of the entry that no checklist asks for: each is a defect with its cure, in both languages."""
    form = without("modality", "field", "solution_type", "released_on") | {"name": {"ru": "Лучик"}}
    found = entry_defects("registration_simplified", form)
    assert {each.item for each in found} == {"field", "solution_type", "modality", "name.en", "released_on"}
    assert all(each.blocking and each.step == "entry" and each.status == "house" for each in found)
    assert "вид исследования" in next(each.wrong.ru for each in found if each.item == "modality")


def test_what_the_checklist_asks_for_is_not_said_twice():
    """A missing class or version is the checklist's defect, and a gap all the same for whoever decides."""
    form = without("risk_class", "version")
    assert entry_defects("registration_simplified", form) == ()
    assert set(places("registration_simplified", form)) == {"risk_class", "version"}


@pytest.mark.parametrize(
    ("procedure", "said", "place"),
    [
        ("amendment_version", {"version": "new one"}, "version"),
        ("registration_simplified", {"builds": ["abc"]}, "builds"),
        ("amendment_expertise", {"intended_use": {"ru": "Поиск."}}, "intended_use.en"),
        ("amendment_plain", {"maker": {"name": {"en": "Luchik"}}}, "maker.name.ru"),
    ],
)
def test_what_an_entry_cannot_say_is_named(procedure, said, place):
    """A version number of words, a build that is no digest, a text in one language."""
    assert places(procedure, FORM | said) == [place]


def test_what_enters_nothing_has_no_gaps():
    """A case of the regulator, and a change that needs a new registration."""
    assert gaps("amendment_new_registration", {}) == gaps("case", {}) == ()
