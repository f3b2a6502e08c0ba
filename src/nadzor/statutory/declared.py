# SPDX-License-Identifier: Apache-2.0
"""A month as its maker declares it in sums: the columns, and rows checked cell by cell.  Pure.

Law: Order 4472: the fields are those of the edition, spread out as in the platform's own files.
Why: what is declared is a statement; it is kept beside what events tell and never added to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct

from nadzor.base.identifiers import oid_ok
from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.statutory.body import OWN_ERRORS
from nadzor.statutory.declared_said import TEXT_MAX, Cell, RawRow, Wrong
from nadzor.statutory.month import OF_FINDING
from nadzor.statutory.table import VERDICTS
from nadzor.statutory.words import error_kinds, words
from nadzor_wire.limits import INT_MAX

WRONG_MAX: Final = 500  # told at once; a file that bad has one fault in every row
_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}([-+.](rc|a|b|dev|hotfix)\.?[0-9]{0,4})?")
_COUNT: Final = re.compile(r"([0-9]{1,15})([.,]0+)?")
_SPACES: Final = re.compile(r"[\s\u00a0\u2009\u202f]+")
_MONTHS: Final = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})(-[0-9]{2})?(T.*)?"),
    re.compile(r"([0-9]{2}\.)?(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})"),
)
_SERIAL: Final = re.compile(r"[0-9]{5}(\.0+)?")  # a date as a workbook counts it
_EPOCH: Final = date(1899, 12, 30)  # ECMA-376 part 1, 18.17.4.1: day 0 of the 1900 system
_WHOLE: Final = ("device", "month")
_TEXTS: Final = (*_WHOLE, "version", "organisation")
_NEEDED: Final = (*_TEXTS, "attempts", "studies")


class DeclaredColumn(Struct, frozen=True):
    """A column: the key by which files name it, and its heading."""

    key: str
    heading: Text


class Declared(Struct, frozen=True):
    """A whole month without a fault: every row as {key: text or count}, `organisation` an OID."""

    rows: tuple[dict[str, Any], ...]


def declared_columns(findings: Mapping[str, Text]) -> list[DeclaredColumn]:
    """The columns of a device's month, in the template's order."""
    said = words()
    plain = (*_TEXTS, "attempts", "studies", "declined")
    columns = [DeclaredColumn(key, said[f"declared_{key}"]) for key in plain]
    for kind, error in error_kinds().items():
        key = f"errors_{kind}" if kind in OWN_ERRORS else f"errors_other.{kind}"
        columns.append(DeclaredColumn(key, _joined(said["declared_errors"], error.label)))
    for verdict in VERDICTS:
        columns.append(DeclaredColumn(f"reviews.{verdict}", _joined(said["reviews"], said[verdict])))
    for finding, name in findings.items():
        columns += [
            DeclaredColumn(f"results.{finding}.{measure}", _joined(name, said[measure]))
            for measure in OF_FINDING
        ]
    return columns


def parse_declared(
    rows: Sequence[RawRow], *, device: str, month: Month, findings: Mapping[str, Text]
) -> Declared | list[Wrong]:
    """The month in some rows, or everything that is wrong with them, line by line.

    Law: Order 4472.
    """
    if len(rows) < 2:
        return [Wrong(0, "", "declared.empty")]
    keys, wrong = _headings(rows[0], declared_columns(findings))
    if wrong:
        return wrong
    made: list[dict[str, Any]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows[1:]:
        told, faults = _row(row, keys)
        faults = faults or list(_sense(row.number, told, device=device, month=month, seen=seen))
        wrong += faults
        made.append(told)
        if len(wrong) >= WRONG_MAX:
            break
    return wrong[:WRONG_MAX] or Declared(tuple(made))


def sums(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """What all rows of a declared month come to, by column."""
    whole: dict[str, int] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, int):
                whole[key] = whole.get(key, 0) + value
    return whole


def _headings(row: RawRow, columns: Sequence[DeclaredColumn]) -> tuple[list[str], list[Wrong]]:
    """The key of every column; a heading may be a key or the template's words in either language."""
    names = {_folded(name): column.key for column in columns for name in _names(column)}
    keys, wrong = [], []
    for at, cell in enumerate(row.cells):
        key = names.get(_folded(cell)) if isinstance(cell, str) else None
        if key is None and not (isinstance(cell, str) and not cell.strip()):
            wrong.append(Wrong(row.number, letters(at), "declared.heading"))
        elif key is not None and key in keys:
            wrong.append(Wrong(row.number, key, "declared.heading-twice"))
        keys.append(key or "")
    missing = [key for key in _NEEDED if key not in keys] if not wrong else []
    return keys, wrong + [Wrong(row.number, key, "declared.heading-missing") for key in missing]


def _names(column: DeclaredColumn) -> tuple[str, str, str]:
    return column.key, column.heading.ru, column.heading.en


def _row(row: RawRow, keys: Sequence[str]) -> tuple[dict[str, Any], list[Wrong]]:
    told: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for at, key in enumerate(keys):
        cell = row.cells[at] if at < len(row.cells) else ""
        value = _read(key, cell) if key else _idle(cell)
        if isinstance(value, Wrong):
            wrong.append(Wrong(row.number, key or letters(at), value.code, value.facts))
        elif key:
            told[key] = value
    if any(isinstance(cell, str) and cell.strip() for cell in row.cells[len(keys) :]):
        wrong.append(Wrong(row.number, letters(len(keys)), "declared.cell-beyond"))
    return told, wrong


def _idle(cell: Cell) -> Wrong | None:
    return None if isinstance(cell, str) and not cell.strip() else Wrong(0, "", "declared.cell-beyond")


def _read(key: str, cell: Cell) -> Any:
    """The value of a cell, or why it is none."""
    if not isinstance(cell, str):
        return Wrong(0, key, "declared.formula")
    text = cell.strip().removeprefix("'")
    if len(text) > TEXT_MAX:
        return Wrong(0, key, "declared.long", {"limit": TEXT_MAX})
    if not text:
        return Wrong(0, key, "declared.absent") if key in _NEEDED else 0
    if key in _TEXTS:
        return _read_text(key, text)
    found = _COUNT.fullmatch(_SPACES.sub("", text))
    if found is None or int(found[1]) > INT_MAX:
        return Wrong(0, key, "declared.count")
    return int(found[1])


def _read_text(key: str, text: str) -> Any:
    if key == "month":
        return read_month(text) or Wrong(0, key, "declared.month")
    if key == "organisation" and not oid_ok(text):
        return Wrong(0, key, "declared.oid")
    if key == "version" and not _VERSION.fullmatch(text):
        return Wrong(0, key, "declared.version")
    return text


def _sense(
    line: int, told: Mapping[str, Any], *, device: str, month: Month, seen: dict[tuple[str, str], int]
) -> Iterator[Wrong]:
    """What no single cell can show."""
    if told["device"] != device:
        yield Wrong(line, "device", "declared.other-device", {"device": device})
    if told["month"] != str(month):
        yield Wrong(line, "month", "declared.other-month", {"month": str(month)})
    place = (told["version"], told["organisation"])
    if place in seen:
        yield Wrong(line, "organisation", "declared.row-twice", {"first": seen[place]})
    seen.setdefault(place, line)
    if told["studies"] + told.get("declined", 0) > told["attempts"]:
        yield Wrong(line, "studies", "declared.more-than-received")
    for key in told:
        if key.endswith(".positives") and told[key] > told.get(f"{key.removesuffix('positives')}decided", 0):
            yield Wrong(line, key, "declared.more-than-decided")


def read_month(text: str) -> str | None:
    """A month however a spreadsheet writes it, as `YYYY-MM`: a date in it, `10.2026`, a serial number.

    >>> read_month("01.10.2026"), read_month("2026-10-01"), read_month("46296")
    ('2026-10', '2026-10', '2026-10')
    """
    if _SERIAL.fullmatch(text):
        return str(Month.of(date.fromordinal(_EPOCH.toordinal() + int(text.partition(".")[0]))))
    for pattern in _MONTHS:
        if found := pattern.fullmatch(text):
            return f"{found['y']}-{found['m']}" if 1 <= int(found["m"]) <= 12 else None
    return None


def letters(at: int) -> str:
    """A column as a spreadsheet names it.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name, rest = "", at + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        name = chr(ord("A") + last) + name
    return name


def _folded(text: str) -> str:
    return " ".join(text.casefold().removeprefix("'").split())


def _joined(*parts: Text) -> Text:
    return Text(ru=": ".join(part.ru for part in parts), en=": ".join(part.en for part in parts))
