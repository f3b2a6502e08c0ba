# SPDX-License-Identifier: Apache-2.0
"""A directory of real reads: what models scored, what radiologists saw, what the reference standard says."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from nadzor.base.problems import Refusal

T = TypeVar("T")
Table = dict[str, dict[str, T]]
"""study -> finding label -> value"""

_SCORES = re.compile(r"model_(?P<name>.+)_scores\.csv")
_READER = re.compile(r"radiologist_(?P<name>.+)\.csv")


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

    Why: columns come in any order and decisions may be missing, as leaderboards give them.
    Raises: Refusal `reads.missing` when there is no model, `reads.malformed` when a cell cannot be read.
    """
    models = tuple(
        _model(path, file) for file in sorted(path.glob("model_*_scores.csv")) if _SCORES.fullmatch(file.name)
    )
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

    Why: of a heading in another alphabet too few letters are left to tell it by, so its digest is added.

    >>> finding_code("Pleural Effusion")
    'pleural_effusion'
    """
    code = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:31]
    if not label.isascii():
        code = f"{code}_{hashlib.sha256(label.encode()).hexdigest()[:8]}".strip("_")
    return code if code[:1].isalpha() and len(code) > 1 else f"f_{code}"


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
    reader = csv.DictReader(_lines(file))
    if "Study" not in (reader.fieldnames or ()):
        raise Refusal("reads.malformed", at=f"{file.name}:1", reason="no Study column")
    table: Table[T] = {}
    for row in reader:
        at = f"{file.name}:{reader.line_num}"
        if row["Study"] in table:
            raise Refusal("reads.malformed", at=at, reason="a study that was there before")
        table[row["Study"]] = _cells(row, parse, at=at)
    return table


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise Refusal("reads.malformed", at=file.name, reason="not UTF-8") from error


def _cells(row: dict[str, str], parse: Callable[[str], T], *, at: str) -> dict[str, T]:
    try:
        return {
            label: parse(cell) for label, cell in row.items() if label != "Study" and cell not in ("", None)
        }
    except (TypeError, ValueError) as error:
        raise Refusal("reads.malformed", at=at, reason="a cell out of its range") from error


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
