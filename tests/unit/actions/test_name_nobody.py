# SPDX-License-Identifier: Apache-2.0
"""Texts that many read name nobody: refused with the kind of detail and its place, never with itself."""

from __future__ import annotations

import pytest

from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.problems import Refusal, document

PLANTED = {
    "email": "ivan@clinic.ru", "snils": "112-233-445 95", "phone": "+7 916 123-45-67", "name": "Иванов И. И.",
    "oms": "7700 0012 3456 7895", "dicom_name": "IVANOV^IVAN",
}  # fmt: skip
SHAPES = {
    "text": lambda one: one, "list": lambda one: ["fine", one], "nested": lambda one: {"a": {"b": [one]}},
    "name": lambda one: {one: "fine"},
}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_detail_is_refused_by_kind_and_never_repeated(kind: str, shape: str) -> None:
    """The problem document says which kind it is and where, and holds nothing of it."""
    with pytest.raises(Refusal) as refusal:
        must_name_nobody({"$.because": SHAPES[shape](PLANTED[kind])})
    told = str(document(refusal.value, "en"))
    assert refusal.value.code == "vigilance.told-personal"
    assert (kind in told, PLANTED[kind] in told) == (True, False)


def test_a_number_of_a_person_may_come_as_a_number() -> None:
    """What JSON writes without quotes is looked at, too."""
    with pytest.raises(Refusal) as refusal:
        must_name_nobody({"$.fields.n": 11223344595})
    assert refusal.value.code == "vigilance.told-personal"


def test_signs_nobody_sees_are_refused() -> None:
    """NUL and turned writing are refused by name."""
    for sign in ("\x00", "\u202e", "\u200b"):
        with pytest.raises(Refusal) as refusal:
            must_name_nobody({"$.because": f"plain{sign}text"})
        assert refusal.value.code == "vigilance.text-hides"


def test_plain_grounds_pass() -> None:
    """Dates, codes of devices, numbers of events, truth values and digests are no persons."""
    must_name_nobody({"$": ["AE-2026-000001, 16.11.2026", 120, True, None, "a" * 64, {"evidence": "№ 12"}]})
    assert not PLANTED.keys() - {"email", "snils", "phone", "name", "oms", "dicom_name"}
