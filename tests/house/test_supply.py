# SPDX-License-Identifier: Apache-2.0
"""What others wrote: every pin looked at, a licence we may use, a bill of materials that is of its schema."""

from __future__ import annotations

import json
from datetime import date
from importlib import metadata

import pytest
from msgspec import structs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply import advisories
from supply.bill import bill
from supply.lock import pins
from supply.looked import Exempt, ages, faults, is_allowed, page

ON = date(2026, 11, 22)
PINS, SEEN = pins(), page()


def test_every_pin_was_looked_at_and_has_hashes():
    """No package, version or licence comes in unseen; nothing that left is still listed."""
    wrong, known = list(faults(PINS, SEEN, on=ON)), len(PINS)
    assert known > 150 and wrong == []


def test_no_copyleft_that_reaches_our_code():
    """GPL, AGPL and business-source licences are on neither list, at work or in tests."""
    allowed = SEEN.run_licences | SEEN.test_licences
    assert not [name for name in allowed if name.startswith(("GPL", "AGPL", "BUSL", "SSPL"))]
    weak = {name: look for name, look in SEEN.packages.items() if "LGPL-3" in look.licence}
    assert set(weak) == {"psycopg", "psycopg-binary"} and all(look.why for look in weak.values())


@pytest.mark.parametrize(
    ("licence", "good"),
    [("MIT", True), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False), ("GPL-3.0-only", False)],
)
def test_an_expression_is_read_as_its_words_say(licence, good):
    """Of a choice one is enough; of a whole each part counts."""
    assert is_allowed(licence, frozenset({"MIT"})) is good


def test_what_runs_is_marked_as_what_runs():
    """A package that the platform itself needs is judged by the stricter list."""
    needed, reached = set(), {"nadzor": {""}}
    while reached:
        name, extras = reached.popitem()
        for text in metadata.requires(name) or ():
            wish = Requirement(text)
            if wish.marker and not any(wish.marker.evaluate({"extra": extra}) for extra in extras):
                continue
            key = canonicalize_name(wish.name)
            if key not in needed and key != "nadzor-sdk":
                needed.add(key)
                reached[key] = {"", *wish.extras}
    assert len(needed) > 60
    assert {name for name in needed if SEEN.packages[name].needed != "run"} == set()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda pin: structs.replace(pin, hashes=()), "no hash"),
        (lambda pin: structs.replace(pin, version="0.0.1"), "somebody looked at"),
        (lambda pin: structs.replace(pin, name="stranger"), "nobody looked at it"),
    ],
)
def test_a_pin_nobody_saw_stops_the_check(spoil, said):
    """Without a hash, of another version, of another name."""
    wrong = list(faults([spoil(PINS[0]), *PINS[1:]], SEEN, on=ON))
    assert any(said in fault for fault in wrong)


def test_an_exception_ends_and_covers_only_what_it_names():
    """A vulnerability is forgiven by name and until a day; the age of each look is told."""
    kept = Exempt(id="PYSEC-1", package="django", why="not reached", until=ON)
    seen = structs.replace(SEEN, exceptions=(kept,))
    found = [("django", "PYSEC-1"), ("django", "PYSEC-2")]
    assert advisories.open_ones(found, seen) == ["django: PYSEC-2"]
    wrong = list(faults(PINS, seen, on=date(2026, 11, 23)))
    assert any("ended" in fault for fault in wrong)
    assert ages(PINS, SEEN, on=date(2026, 12, 2))[0][0] >= 10


def test_findings_are_read_from_what_the_tool_says():
    """A package skipped or clean is none; each flaw of another is one."""
    told = {"dependencies": [{"name": "a", "vulns": []}, {"name": "b", "skip_reason": "x"},
                             {"name": "c", "vulns": [{"id": "V-1"}, {"id": "V-2"}]}]}  # fmt: skip
    assert advisories.found_in(told) == [("c", "V-1"), ("c", "V-2")]


def test_a_service_that_is_away_is_said_and_not_believed(monkeypatch):
    """No time for an answer is no answer: neither clean nor a finding."""
    with pytest.raises(advisories.Silent):
        advisories.known(timeout_s=0.01)


def test_the_bill_of_materials_is_of_its_schema_and_the_same_each_time():
    """CycloneDX 1.6, strict; every pin with hashes and licence; the same bytes from the same lock."""
    from cyclonedx.schema import SchemaVersion  # compiles 39 grammars: not for every worker that collects
    from cyclonedx.validation.json import JsonStrictValidator

    text = bill(PINS, SEEN)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert bill(list(reversed(PINS)), SEEN) == text
    parts = json.loads(text)["components"]
    missing = {part["purl"] for part in parts} ^ {pin.purl for pin in PINS}
    assert missing == set() and all(
        part["licenses"] and part["externalReferences"][0]["hashes"] for part in parts
    )
