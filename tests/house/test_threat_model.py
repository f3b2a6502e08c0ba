# SPDX-License-Identifier: Apache-2.0
"""The threat model: every control has a test that exists, and nothing worth attacking is left out."""

from __future__ import annotations

import pytest

from tests.house.threat_page import PAGE, exists, model, page

THREATS = model().threats


@pytest.mark.parametrize("key", THREATS)
def test_every_control_names_tests_that_exist(key):
    """A control without a test is a wish."""
    threat = THREATS[key]
    assert threat.controls and threat.residual
    for control in threat.controls:
        missing = [test for test in control.tests if not exists(test)]
        assert control.tests and not missing, missing


@pytest.mark.parametrize("kind", ["assets", "actors", "flows"])
def test_nothing_is_named_for_nothing(kind):
    """Each asset, actor and flow has a threat, and each threat names those that are there."""
    named = {one for threat in THREATS.values() for one in getattr(threat, kind)}
    assert named == set(getattr(model(), kind))


def test_the_page_is_drawn_from_the_model():
    """What is read is what is checked."""
    assert PAGE.read_text("utf-8") == page()
