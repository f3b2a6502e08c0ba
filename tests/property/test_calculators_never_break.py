# SPDX-License-Identifier: Apache-2.0
"""Whatever fits the schema of a calculator is answered or refused: no crash, no warning, no infinity."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate

SCORES = st.lists(st.floats(-5, 5, width=16), max_size=12)
LABELS = st.lists(st.booleans() | st.sampled_from([0, 1]), max_size=12)
SHARES = st.lists(st.floats(0, 1, width=16) | st.sampled_from([0.0, 1.0, 0.5]), max_size=12)
COUNTS = st.lists(st.integers(0, 9) | st.integers(0, 10**12), max_size=40)
LEVELS = st.sampled_from([0.5, 0.9, 0.95, 0.999])
ROW = st.tuples(
    st.sampled_from(["reference", "now"]), st.integers(0, 2), st.floats(0, 1, width=16),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 1, None]), st.integers(0, 50),
)  # fmt: skip


def equally_long(**of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Lists of one length, as most figures are."""
    row = st.tuples(*of.values())
    return st.lists(row, max_size=15).map(
        lambda rows: {name: [one[at] for one in rows] for at, name in enumerate(of)}
    )


def some(**of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these fields, or none."""
    return st.fixed_dictionaries({}, optional=of)


ASKED = {
    "auc": equally_long(scores=st.floats(-5, 5, width=16), labels=st.booleans())
    | some(scores=SCORES, labels=LABELS),
    "auc-compare": equally_long(
        first=st.integers(0, 4), second=st.integers(0, 4), labels=st.booleans()
    ) | some(first=SCORES, second=SCORES, labels=LABELS, second_labels=LABELS),
    "calibration": equally_long(p=st.floats(0, 1, width=32), y=st.booleans()) | some(p=SHARES, y=LABELS),
    "proportion-ci": some(x=st.integers(0, 10**9), n=st.integers(0, 10**9), level=LEVELS),
    "poisson-ci": some(
        observed=st.integers(0, 10**9), expected=st.floats(1e-9, 1e9) | st.just(0.0), level=LEVELS
    ),
    "adjust": some(p=SHARES, method=st.sampled_from(["BH", "BY", "holm", "hochberg", "bonferroni"])),
    "drift": some(reference=SCORES, current=SCORES, bins=st.lists(st.floats(-6, 6, width=16)).map(sorted)),
    "cbpe": some(rows=st.lists(ROW, max_size=12), calibrate=st.booleans()),
    "digits": some(counts=st.lists(st.integers(0, 10**9), min_size=9, max_size=10),
                   law=st.sampled_from(["benford", "uniform"])),
    "ears": some(counts=COUNTS, method=st.sampled_from(["C1", "C2", "C3"]), baseline=st.integers(2, 9)),
    "farrington": st.fixed_dictionaries(
        {"counts": COUNTS, "freq": st.integers(4, 9), "b": st.integers(1, 4), "w": st.integers(0, 1)},
        optional={"method": st.sampled_from(["farrington", "flexible"]), "periods": st.integers(1, 3),
                  "threshold": st.sampled_from(["delta", "nb", "muan"])},
    ),
    "funnel": equally_long(events=st.integers(0, 30), denominators=st.integers(1, 40)) | equally_long(
        events=st.integers(0, 30), expected=st.floats(0.001, 1e6)
    ),
    "changepoint": some(series=st.lists(st.floats(-1e6, 1e6, width=32) | st.integers(0, 3), max_size=40)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ASKED))
@settings(max_examples=60)
@given(draw=st.data())
def test_a_calculator_answers_or_refuses(name, draw):
    """Every number of an answer is finite; a refusal gives its reason."""
    figures = draw.draw(ASKED[name])
    try:
        told = calculate(name, json.dumps(figures).encode())
    except Refusal as refused:
        assert refused.code == "calc.malformed"
        assert refused.facts["reason"]
    else:
        assert all(isfinite(number) for number in numbers(msgspec.to_builtins(told, str_keys=True)))


def numbers(told: Any) -> list[float]:
    """Every number of an answer."""
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list | tuple):
        return [number for part in told for number in numbers(part)]
    return [told] if isinstance(told, int | float) else []
