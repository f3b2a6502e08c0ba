# SPDX-License-Identifier: Apache-2.0
"""The faults a norm can have: each unit asks for its own kind of value, and files must fit together."""

from __future__ import annotations

from typing import Any

import pytest

from nadzor.law.faults import entry_faults, is_yearly, joint_faults
from nadzor.law.load import parse_act
from nadzor.law.norm import Entry

HEAD = """
act: ex-1
title: {ru: "Пример", en: "Example"}
cite: "EX-1"
norms:
  one:
    what: {ru: "Что", en: "What"}
    unit: %s
    values: [{from: 2030-01-01, value: %s, cite: "EX-1", status: read}]
    checked: {day: 2030-01-02, by: "a lawyer", next: 2031-01-02}
"""
GOOD = [
    ("working_day", "5"),
    ("roubles", "0"),
    ("switch", "1"),
    ("date", '"02-01"'),
    ("period", "month"),
    ("rule", '{ru: "Правило", en: "Rule"}'),
    ("list", '[{key: a, ru: "а", en: "a"}]'),
]
BAD = [
    ("working_day", "0", "is not a number from 1 up"),
    ("roubles", "-1", "is not a number from 0 up"),
    ("hour", '"soon"', "is not a number from 1 up"),
    ("switch", "2", "is neither 0 nor 1"),
    ("date", '"02-30"', "is not a day of the year"),
    ("date", '"02-29"', "is not a day of the year"),
    ("date", "5", "is not a day of the year"),
    ("period", "5", "is not a word for a period"),
    ("rule", "5", "is not a sentence in ru and en"),
    ("act", '{ru: "", en: "Act"}', "is not a sentence in ru and en"),
    ("list", "[]", "is not a list of items"),
    ("list", '[{key: a, ru: "а", en: "a"}, {key: a, ru: "б", en: "b"}]', "repeats the key of an item"),
]


def _entry(unit: str, value: str) -> Entry:
    return parse_act(HEAD % (unit, value)).norms["one"]


@pytest.mark.parametrize(("unit", "value"), GOOD)
def test_a_value_of_its_unit_loads(unit: str, value: str) -> None:
    """A number for a term, a sentence for a rule, items for a list."""
    assert entry_faults(_entry(unit, value)) == []


@pytest.mark.parametrize(("unit", "value", "fault"), BAD)
def test_a_value_of_another_kind_is_not_loaded(unit: str, value: str, fault: str) -> None:
    """What does not fit its unit stops the loading and says why."""
    with pytest.raises(ValueError, match=fault):
        _entry(unit, value)


def test_a_term_belongs_to_what_is_counted() -> None:
    """A duty in roubles has no actor and no clock."""
    term = (
        '    term: {actor: {ru: "Кто", en: "Who"}, starts: {ru: "С", en: "S"}, missed: {ru: "М", en: "M"}}\n'
    )
    text = (HEAD % ("roubles", "5")).replace("    checked", term + "    checked")
    with pytest.raises(ValueError, match="has a term but counts roubles"):
        parse_act(text)


def test_a_hole_may_stand_without_a_value() -> None:
    """What could not be read has no value, and says so; without a hole, no value is a fault."""
    empty = (HEAD % ("working_day", "5")).replace("values: [{", "values: []\n    unused: [{")
    bare = "\n".join(line for line in empty.split("\n") if "unused" not in line)
    with pytest.raises(ValueError, match="has no edition"):
        parse_act(bare)
    holed = bare.replace("    unit:", '    hole: {ru: "Не прочитано", en: "Not read"}\n    unit:')
    assert parse_act(holed).norms["one"].values == ()


def test_files_must_fit_together() -> None:
    """A conflict that nobody described, and an act that does not say how long it is in force, are named."""
    entry = _entry("working_day", "5")
    disputed = Entry(**{**_fields(entry), "conflicts": ("X99",)})
    found = joint_faults({"one": ("ex-1", disputed), "ours": ("house-rules", entry)}, {"X1"})
    assert found == ["one names unknown conflict X99", "ex-1 has no norm act.ex-1"]
    assert joint_faults({"one": ("ex-1", entry), "act.ex-1": ("acts", entry)}, set()) == []


def test_a_yearly_date_exists_in_every_year() -> None:
    """The first of February always comes; the twenty-ninth does not."""
    assert is_yearly("02-01")
    assert not is_yearly("02-29")
    assert not is_yearly("13-01")
    assert not is_yearly("2-1")


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
