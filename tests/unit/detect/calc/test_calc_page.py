# SPDX-License-Identifier: Apache-2.0
"""The reference page of the calculators is the registry, word for word."""

from __future__ import annotations

from pathlib import Path

from nadzor.detect.calc.reference import reference_page
from nadzor.detect.calc.registry import answer_schema, input_schema, statistics

PAGE = Path(__file__).parents[4] / "docs/reference/calc.md"


def test_the_page_is_the_registry():
    """Drawn again it is the same, examples computed anew."""
    assert PAGE.read_text("utf-8") == reference_page()


def test_every_statistic_can_be_read_about():
    """What, method, equation, an example, and a schema of what is asked and answered."""
    for name, one in statistics().items():
        assert one.what, name
        assert one.method, name
        assert one.example, name
        assert input_schema(name)["$defs"], name
        assert answer_schema(name)["$defs"], name
        assert set(one.also.values()) <= set(one.figures.__struct_encode_fields__), name
