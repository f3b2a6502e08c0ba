# SPDX-License-Identifier: Apache-2.0
"""Simulated reads: a directory of the shape of the real ones, for when those are absent.

Three invented models, two invented radiologists and a reference standard on 500 studies that were never made.
One model scores one finding between 0.500 and 0.504, because real ones do.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from nadzor.simulate.world import Floats, chance

STUDIES = 500
FINDINGS = ("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Pleural Effusion")
PREVALENCES = (0.30, 0.30, 0.07, 0.15, 0.22)
READERS = {"a": (0.80, 0.92), "b": (0.74, 0.94)}
Flags = NDArray[np.bool_]


class Model(Struct, frozen=True):
    """An invented model: how far it tells present from absent, and whether it crowds its scores."""

    name: str
    distance: float
    specificity: float
    crowded: str = ""


MODELS = (
    Model("simalpha", 2.1, 0.90),
    Model("simbeta", 1.7, 0.86, crowded="Atelectasis"),
    Model("simgamma", 1.4, 0.80),
)


def write_reads(directory: Path, *, seed: int = 1, studies: int = STUDIES) -> Path:
    """Write the directory; the same seed writes the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    names = [f"Simulated-v1.0/patient{90_000 + i}/study1" for i in range(studies)]
    difficulty = chance(seed, "reads", "difficulty").standard_normal((studies, len(FINDINGS)))
    truth = chance(seed, "reads", "truth").random((studies, len(FINDINGS))) < PREVALENCES
    _write(directory / "reference_standard.csv", names, FINDINGS, truth.astype(int).tolist())
    for model in MODELS:
        scores, decisions = _read(model, truth, difficulty, seed)
        order = chance(seed, "reads", model.name, "order").permutation(len(FINDINGS))
        columns = [FINDINGS[i] for i in order]
        rounded = np.char.mod("%.6f", scores[:, order])
        _write(directory / f"model_{model.name}_scores.csv", names, columns, rounded.tolist())
        whole = decisions[:, order].astype(int)
        _write(directory / f"model_{model.name}_decisions.csv", names, columns, whole.tolist())
    for reader, (sees, spares) in READERS.items():
        luck = chance(seed, "reads", "reader", reader).standard_normal(truth.shape) * 0.8 + difficulty * 0.6
        seen = np.where(truth, luck < ndtri(sees), luck > ndtri(spares))
        _write(directory / f"radiologist_{reader}.csv", names, FINDINGS, seen.astype(int).tolist())
    return directory


def _read(model: Model, truth: Flags, difficulty: Floats, seed: int) -> tuple[Floats, Flags]:
    luck = chance(seed, "reads", model.name).standard_normal(truth.shape) * 0.8
    latent = luck + np.where(truth, model.distance - 0.6 * difficulty, 0.6 * difficulty)
    scores = expit(latent - float(ndtri(model.specificity)))
    if model.crowded:
        column = FINDINGS.index(model.crowded)
        scores[:, column] = 0.5 + 0.004 * scores[:, column]
    cuts = np.where([name == model.crowded for name in FINDINGS], 0.502, 0.5)
    return scores, np.round(scores, 6) >= cuts


def _write(
    path: Path, studies: Sequence[str], columns: Sequence[str], cells: Iterable[Sequence[object]]
) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("Study", *columns))
        writer.writerows((study, *row) for study, row in zip(studies, cells, strict=True))
