# SPDX-License-Identifier: Apache-2.0
"""A dispute file: every number that differs, and what each side's was counted from, with a hash.  Pure.

Neither number is called right; what is known to be missing is said beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.statutory.declared_compare import Beside
from nadzor_wire.canonical import canonical

FORMAT: Final = 1
LAYOUT: Final = "nadzor dispute file"


class DeclaredFrom(Struct, frozen=True, kw_only=True):
    """The maker's side: SHA-256 of the file that stands, when it was sent, how many it replaced.

    `columns` are the fields that the file holds: one that it does not hold was not declared as zero.
    """

    file_sha256: str
    rows: int
    sent_at: str
    replaced: int
    columns: tuple[str, ...]


class CountedFrom(Struct, frozen=True, kw_only=True):
    """Our side: the rollup, the rows of the month, the journal, and what is known to be missing from them.

    Units: `rejected`, `missing`, `repeated` are events by day of receipt; `late` studies of the month that
    became known after it was over.
    """

    report_hash: str
    edition: str
    rollup: str
    rows: int
    rows_sha256: str
    journal_size: int
    known_by: date
    rejected: int
    missing: int
    repeated: int
    late: int


class DisputeFile(Struct, frozen=True, kw_only=True):
    """One month, where the two differ; `undeclared` are counted fields that the file says nothing of."""

    device: str
    month: str
    cells: tuple[Beside, ...]
    undeclared: tuple[str, ...]
    declared_from: DeclaredFrom
    counted_from: CountedFrom

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What could explain a difference and has not been ruled out, as codes; none of them is a finding."""
        source = self.counted_from
        found = {
            "rejected": source.rejected,
            "missing": source.missing,
            "late": source.late,
            "repeated": source.repeated,
        }
        return (*(name for name, n in found.items() if n), "other")


def dispute_file(
    beside: Iterable[Beside],
    declared_from: DeclaredFrom,
    counted_from: CountedFrom,
    *,
    device: str,
    month: str,
) -> DisputeFile | None:
    """The cells that differ, by key, with the origin of both sides; None where nothing differs.

    Law: Order 4472: the maker's data and those from the built-in function are of the same month.
    """
    shown = sorted(beside, key=lambda each: each.key)
    cells = tuple(each for each in shown if each.difference and each.key in declared_from.columns)
    if not cells:
        return None
    return DisputeFile(
        device=device,
        month=month,
        cells=cells,
        undeclared=tuple(each.key for each in shown if each.key not in declared_from.columns),
        declared_from=declared_from,
        counted_from=counted_from,
    )


def commands(device: str, month: str) -> tuple[str, ...]:
    """What either side runs to come to the platform's numbers again, from the journal on."""
    return (
        "nadzor verify journal --data DIR",
        "nadzor rebuild --data DIR",
        f"nadzor report --month {month} --data DIR --out DIR",
        f"nadzor form dispute {device} --month {month} --data DIR --json",
    )


def dispute_body(file: DisputeFile) -> dict[str, Any]:
    """The file as JSON values, with the commands that reproduce our side."""
    return {
        "v": FORMAT,
        "layout": LAYOUT,
        "device": file.device,
        "month": file.month,
        "cells": [{**msgspec.structs.asdict(each), "difference": each.difference} for each in file.cells],
        "undeclared": list(file.undeclared),
        "declared_from": msgspec.to_builtins(file.declared_from) | {"columns": [*file.declared_from.columns]},
        "counted_from": msgspec.to_builtins(file.counted_from),
        "open_questions": list(file.open_questions),
        "commands": list(commands(file.device, file.month)),
    }


def body_digest(body: dict[str, Any]) -> str:
    """SHA-256 of a body's canonical bytes (RFC 8785)."""
    return sha256(canonical(body)).hexdigest()
