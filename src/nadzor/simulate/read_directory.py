# SPDX-License-Identifier: Apache-2.0
"""A directory of real reads: what models scored and decided, what radiologists saw, what the reference standard says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from nadzor.base.problems import Refusal

T = TypeVar("T")
Table = dict[str, dict[str, T]]
"""study -> finding label -> value"""

_SCORES = re.compile(r"model_(?P<name>[A-Za-z0-9._-]+)_scores\.csv")
_READER = re.compile(r"radiologist_(?P<name>[A-Za-z0-9._-]+)\.csv")


class ModelReads(msgspec.Struct, frozen=True):
    """One model: its scores 0..1 and, where it gave any, its own 0/1 decisions."""

    name: str
    findings: tuple[str, ...]
    scores: Table[float]
    decisions: Table[bool]


class ReadDirectory(msgspec.Struct, frozen=True):
    """Everything a directory of reads holds. `reference` is empty when no reference standard was found."""

    models: tuple[ModelReads, ...]
    radiologists: dict[str, Table[bool]]
    reference: Table[bool]


def read_directory(path: Path) -> ReadDirectory:
    """Read every model, radiologist and the reference standard in a directory.

    Why: columns come in any order, decisions may be missing, other directories of the same shape must work as well.
    Raises: Refusal `reads.missing` when there is no model, `reads.malformed` when a cell cannot be read.
    """
    models = tuple(_model(path, file) for file in sorted(path.glob("model_*_scores.csv")) if _SCORES.fullmatch(file.name))
    if not models:
        raise Refusal("reads.missing", at=str(path))
    readers = {
        found["name"]: _table(file, _decision)
        for file in sorted(path.glob("radiologist_*.csv"))
        if (found := _READER.fullmatch(file.name))
    }
    standard = path / "reference_standard.csv"
    return ReadDirectory(models, readers, _table(standard, _decision) if standard.exists() else {})


def finding_code(label: str) -> str:
    """The wire code of a finding's column heading.

    >>> finding_code("Pleural Effusion")
    'pleural_effusion'
    """
    code = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return (code if code[:1].isalpha() else f"f_{code}")[:40]


def _model(path: Path, scores_file: Path) -> ModelReads:
    found = _SCORES.fullmatch(scores_file.name)
    assert found is not None
    name = found["name"]
    scores = _table(scores_file, _score)
    decisions_file = path / f"model_{name}_decisions.csv"
    decisions = _table(decisions_file, _decision) if decisions_file.exists() else {}
    findings = tuple(dict.fromkeys(label for row in scores.values() for label in row))
    return ModelReads(name, findings, scores, decisions)


def _table(file: Path, parse: Callable[[str], T]) -> Table[T]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        if not reader.fieldnames or "Study" not in reader.fieldnames:
            raise Refusal("reads.malformed", at=f"{file.name}: no Study column")
        table: Table[T] = {}
        for number, row in enumerate(reader, start=2):
            table[row["Study"]] = _cells(row, parse, at=f"{file.name}:{number}")
    return table


def _cells(row: dict[str, str], parse: Callable[[str], T], *, at: str) -> dict[str, T]:
    try:
        return {label: parse(cell) for label, cell in row.items() if label != "Study" and cell not in ("", None)}
    except (TypeError, ValueError) as error:
        raise Refusal("reads.malformed", at=at) from error


def _score(cell: str) -> float:
    value = float(cell)
    if not 0.0 <= value <= 1.0:
        raise ValueError("a score lies in 0..1")
    return value


def _decision(cell: str) -> bool:
    value = float(cell)
    if value not in (0.0, 1.0):
        raise ValueError("a decision is 0 or 1")
    return value == 1.0
