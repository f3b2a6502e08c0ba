# SPDX-License-Identifier: Apache-2.0
"""The catalogue of measures."""

from __future__ import annotations

import pytest

from nadzor.measures.bins import well_formed
from nadzor.measures.catalogue import Measure, Text, catalogue

CATALOGUE = catalogue()


@pytest.mark.parametrize("key", CATALOGUE.measures)
def test_every_measure_speaks_both_languages(key: str) -> None:
    """A measure has a name and a unit in Russian and in English."""
    measure = CATALOGUE.measures[key]
    assert all([measure.what.ru, measure.what.en, measure.unit.ru, measure.unit.en])


@pytest.mark.parametrize("measure", CATALOGUE.measures.values(), ids=CATALOGUE.measures)
def test_every_dimension_and_bin_set_is_defined(measure: Measure) -> None:
    """A measure names only dimensions and bins that the catalogue defines."""
    assert set(measure.dimensions) <= set(CATALOGUE.dimensions)
    assert measure.bins in {"", "registered", "score", *CATALOGUE.bins}


@pytest.mark.parametrize("key", CATALOGUE.bins)
def test_every_fixed_bin_has_a_label(key: str) -> None:
    """Edges increase, and there is one label more than edges."""
    fixed = CATALOGUE.bins[key]
    assert well_formed(fixed.edges)
    assert len(fixed.labels) == len(fixed.edges) + 1


def test_scores_never_tell_sites_apart() -> None:
    """Score histograms and reading times are kept at device and version only."""
    assert {k for k, m in CATALOGUE.measures.items() if m.level == "version"} == {
        "scores", "score_present", "score_absent", "reading_time", "time_to_sign",
    }  # fmt: skip


def test_labels_of_bins_and_strata() -> None:
    """Fixed bins have labels; registered ones have none; a stratum without a name is its own name."""
    assert CATALOGUE.bin_label("duration", 3) == Text("0,5–1 с", "0.5–1 s")
    assert CATALOGUE.bin_label("duration", 12) is None
    assert CATALOGUE.bin_label("scores", 3) is None
    assert CATALOGUE.stratum_label("stage", "network").in_language("ru") == "сеть"
    assert CATALOGUE.stratum_label("equipment", "agfa").in_language("en") == "agfa"
    assert CATALOGUE.edges("skew")[0] == -300_000
