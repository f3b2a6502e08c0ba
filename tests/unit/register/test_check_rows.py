# SPDX-License-Identifier: Apache-2.0
"""What must be true of register rows beyond their shape."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from nadzor.register.check_rows import Known, defects, oddities
from nadzor.register.parse_rows import parse
from tests.register_samples import (
    CLINIC_OID,
    DEVICE,
    FOREIGN,
    MAKER,
    REPRESENTATIVE,
    device,
    foreign_device,
    register,
)

ON = date(2026, 11, 21)


def found(*devices, organisations=None, known=None):
    """Place and code of each defect."""
    rows, malformed = parse(register(*devices, organisations=organisations))
    assert malformed == []
    return [(defect.at, defect.code) for defect in defects(rows, known=known or Known(), on=ON)]


def claim(**changes):
    """The sample claim with other values."""
    return {**deepcopy(DEVICE["claims"][0]), **changes}


def test_a_good_file_has_no_defects():
    """Both makers, both devices."""
    assert found(device(), foreign_device()) == []


@pytest.mark.parametrize(
    ("change", "at", "code"),
    [
        ({"inn": "7701123456"}, "inn", "register.row-inn"),
        ({"inn": "500100732259"}, "inn", "register.row-inn"),
        ({"inn": ""}, "inn", "register.row-inn"),
        ({"ogrn": "1027700132196"}, "ogrn", "register.row-ogrn"),
        ({"oid": "1.2.3"}, "oid", "register.row-oid"),
        ({"kind": "clinic"}, "oid", "register.row-oid"),
        ({"represented_by": "nobody"}, "represented_by", "register.row-organisation-unknown"),
    ],
)
def test_an_organisation_is_identified_truly(change, at, code):
    """Check digits hold, a person's INN is no organisation's, a clinic has its OID."""
    assert found(organisations=[{**MAKER, **change}]) == [(f"$.organisations[0].{at}", code)]


def test_a_foreign_maker_needs_somebody_at_home():
    """Without a representative there is nobody to write to."""
    alone = {name: value for name, value in FOREIGN.items() if name != "represented_by"}
    assert found(organisations=[alone]) == [
        ("$.organisations[0].represented_by", "register.row-representative")
    ]


def test_identifiers_belong_to_one_organisation():
    """The same INN or OID under two codes is one organisation entered twice."""
    twin = {**MAKER, "code": "luchik-2", "oid": CLINIC_OID}
    other = {**REPRESENTATIVE, "oid": CLINIC_OID}
    assert found(organisations=[MAKER, twin, other]) == [
        ("$.organisations[1].inn", "register.row-repeated"),
        ("$.organisations[2].oid", "register.row-repeated"),
    ]
    known = Known(inns={MAKER["inn"]: "somebody"})
    assert found(organisations=[MAKER], known=known) == [("$.organisations[0].inn", "register.row-repeated")]


def test_codes_are_given_once():
    """A second row of the same code would silently win."""
    assert ("$.devices[1].code", "register.row-repeated") in found(device(), device())
    assert ("$.organisations[1].code", "register.row-repeated") in found(organisations=[MAKER, MAKER])


def test_a_number_belongs_to_one_device():
    """However it is typed."""
    twice = foreign_device() | {"number": "P3H2025/90901"}
    assert found(device(), twice) == [("$.devices[1].number", "register.row-repeated")]


def test_a_maker_must_be_a_known_manufacturer():
    """A device of nobody, or of a representative, is refused."""
    assert found(device(maker="posrednik")) == [("$.devices[0].maker", "register.row-organisation-unknown")]
    assert found(device(), organisations=[], known=Known(organisations={"luchik": "manufacturer"})) == []


def test_nothing_is_registered_tomorrow():
    """Dates in the future are typing errors."""
    late = [
        {"version": "1.0", "released_on": "2026-11-22"},
        {"version": "1.1", "released_on": "2026-11-21", "registered_on": "2026-12-01"},
    ]
    assert found(device(registered_on="2026-11-22", versions=late)) == [
        ("$.devices[0].registered_on", "register.row-dates"),
        ("$.devices[0].versions[0]", "register.row-dates"),
        ("$.devices[0].versions[1]", "register.row-dates"),
    ]


def test_versions_and_builds_are_named_once():
    """A version twice is a typing error; so is a build."""
    version = {"version": "1.0", "released_on": "2025-01-10", "builds": ["b" * 64, "b" * 64]}
    assert found(device(versions=[version, {**version, "builds": []}])) == [
        ("$.devices[0].versions[1].version", "register.row-repeated"),
        ("$.devices[0].versions[0].builds", "register.row-repeated"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"value": 1.01},
        {"lower_bound": -0.1},
        {"lower_bound": 0.92},
        {"threshold": None},
        {"metric": "specificity", "threshold": None},
    ],
)
def test_a_claim_is_a_share_with_a_bound_and_a_threshold(change):
    """What cannot be tested is not a claim."""
    assert [code for _, code in found(device(claims=[claim(**change)]))] == ["register.row-claim"]


def test_an_auc_needs_no_threshold():
    """It is about all thresholds."""
    assert found(device(claims=[claim(metric="auc", threshold=None)])) == []


def test_a_claim_is_made_once():
    """Two sensitivities of one finding contradict each other."""
    assert found(device(claims=[claim(), claim()])) == [("$.devices[0].claims[1]", "register.row-repeated")]


@pytest.mark.parametrize(
    "scale", [{"low": 1.0, "high": 1.0}, {"edges": [5, 5]}, {"edges": [9, 3]}, {"edges": [5], "bins": 3}]
)
def test_a_scale_puts_each_score_into_one_bin(scale):
    """Edges ascend, the range is a range, and there is one way to say it."""
    row = {"finding": "lung_nodule", **scale}
    assert found(device(scales=[row])) == [("$.devices[0].scales[0]", "register.row-scale")]


def test_an_unusual_number_is_a_question_not_a_defect():
    """The form of registration numbers is custom, not law."""
    rows, _ = parse(register(device(number="ЕРУЛ 77-1")))
    assert defects(rows, known=Known(), on=ON) == []
    assert [(odd.at, odd.code) for odd in oddities(rows)] == [
        ("$.devices[0].number", "register.row-number-form")
    ]
