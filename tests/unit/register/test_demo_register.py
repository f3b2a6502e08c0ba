# SPDX-License-Identifier: Apache-2.0
"""The demonstration register: invented, complete, and of the kinds that really exist."""

from __future__ import annotations

from collections import Counter

import pytest

from nadzor.actions.import_register import DEMO_REGISTER
from nadzor.base.clock import moscow_date
from nadzor.register.check_rows import Known, defects, oddities
from nadzor.register.parse_rows import parse
from tests.register_samples import NOW


@pytest.fixture(scope="module")
def rows():
    """The file, parsed; a malformed row fails here."""
    found, malformed = parse(DEMO_REGISTER.read_bytes())
    assert malformed == []
    return found


def test_it_is_beyond_reproach(rows):
    """No defect and no unusual number."""
    assert defects(rows, known=Known(), on=moscow_date(NOW)) == []
    assert oddities(rows) == []


def test_it_has_the_scale_of_the_field(rows):
    """48 devices, 43 of them of domestic makers, all of class 3 and with artificial intelligence."""
    country = {row.code: row.country for row in rows.organisations}
    assert Counter(country[row.maker] == "RU" for row in rows.devices) == {True: 43, False: 5}
    assert {(row.risk_class, row.ai) for row in rows.devices} == {("3", True)}
    assert len({row.modality for row in rows.devices}) >= 9


def test_every_number_lies_in_a_range_nobody_assigns(rows):
    """INN of tax office 0001, registration numbers above 90000, clinic numbers above 990000."""
    assert {row.inn[:4] for row in rows.organisations if row.inn} == {"0001"}
    assert all(int(row.number.split("/")[1]) > 90_000 for row in rows.devices)
    assert all(int(row.oid.rsplit(".", 1)[1]) > 990_000 for row in rows.organisations if row.oid)


def test_every_device_can_be_watched(rows):
    """Versions with builds, claims for each finding, a scale for each finding."""
    for row in rows.devices:
        assert 1 <= len(row.versions) <= 4
        assert all(version.builds for version in row.versions)
        assert {claim.finding for claim in row.claims} == {scale.finding for scale in row.scales}
        assert {claim.metric for claim in row.claims} == {"sensitivity", "specificity", "auc"}
