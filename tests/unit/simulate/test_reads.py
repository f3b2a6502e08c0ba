# SPDX-License-Identifier: Apache-2.0
"""Simulated reads have the shape of the real ones and the figures they were made with."""

from __future__ import annotations

import csv

import pytest

from nadzor.detect.stats.auc import auc_of_cases
from nadzor.simulate.read_directory import read_directory
from nadzor.simulate.reads import FINDINGS, MODELS, STUDIES, write_reads


def table(path):
    """A CSV as rows."""
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_directory_reads_like_a_real_one(tmp_path):
    """Three models of five findings, 500 studies, two radiologists and a standard."""
    found = read_directory(write_reads(tmp_path / "reads"))
    assert [model.name for model in found.models] == [model.name for model in MODELS]
    assert all(len(model.scores) == len(model.decisions) == STUDIES for model in found.models)
    assert sorted(path.name for path in (tmp_path / "reads").glob("radiologist_*.csv")) == [
        "radiologist_a.csv",
        "radiologist_b.csv",
    ]


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    """Two directories of one seed are equal, those of two seeds are not."""
    first, again, other = (
        write_reads(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    files = sorted(path.name for path in first.iterdir())
    assert len(files) == 2 * len(MODELS) + 3
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in files)
    assert any((first / name).read_bytes() != (other / name).read_bytes() for name in files)


def test_one_model_crowds_its_scores_and_still_tells(tmp_path):
    """Between 0.500 and 0.504 there is room for an area above 0.8."""
    write_reads(tmp_path)
    crowded = next(model for model in MODELS if model.crowded)
    rows, standard = (
        table(tmp_path / f"model_{crowded.name}_scores.csv"),
        table(tmp_path / "reference_standard.csv"),
    )
    scores = [float(row[crowded.crowded]) for row in rows]
    assert 0.5 <= min(scores) <= max(scores) <= 0.504
    assert auc_of_cases(scores, [row[crowded.crowded] == "1" for row in standard]).auc > 0.8


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_better_models_are_better(tmp_path, model):
    """Each model's area on the simplest finding lies where its distance puts it."""
    write_reads(tmp_path, studies=3000)
    rows, standard = (
        table(tmp_path / f"model_{model.name}_scores.csv"),
        table(tmp_path / "reference_standard.csv"),
    )
    area = auc_of_cases(
        [float(row[FINDINGS[1]]) for row in rows], [row[FINDINGS[1]] == "1" for row in standard]
    ).auc
    assert area == pytest.approx({"simalpha": 0.93, "simbeta": 0.88, "simgamma": 0.84}[model.name], abs=0.03)
