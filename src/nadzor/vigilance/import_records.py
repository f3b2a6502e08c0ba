# SPDX-License-Identifier: Apache-2.0
"""The records of a file of adverse events, one at a time: cells by heading, or what is wrong with the record.

A broken record costs itself alone: an unclosed quote or a line that is no JSON never takes its neighbours.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.vigilance.import_scan import LINE_MAX, Scanned

LINES_MAX: Final = 200  # of one record: a narrative of more lines is an unclosed quote
TEXT_PART: Final = 32 * 1024
NAMES_MAX: Final = 1_000
_SEPARATOR: Final = re.compile(r'"?sep=([,;\t])"?', re.IGNORECASE)  # what a spreadsheet may write first
DELIMITERS: Final = (",", ";", "\t")
Cells = Mapping[str, Any]


class Broken(Struct, frozen=True):
    """Why a record cannot be read: a problem code and its facts."""

    code: str
    facts: Mapping[str, Any] = {}


class Record(Struct, frozen=True):
    """One record: its place among the records (from 1), its first line in the file, its cells by heading."""

    row: int
    line: int
    cells: Cells | Broken


class Table(Struct, frozen=True):
    """A file opened: the headings it gives (JSON: the names that any record gives), and its records."""

    headings: tuple[str, ...]
    delimiter: str
    records: Iterator[Record]


@contextmanager
def open_table(path: Path, scanned: Scanned) -> Iterator[Table]:
    """Open a scanned file for the time its records are read.

    Raises: Refusal ae-file.empty, ae-file.json, ae-file.no-columns.
    """
    with path.open(encoding=scanned.encoding, newline="") as file:
        yield _csv(file) if scanned.kind == "csv" else _json(file, scanned)


def _json(file: TextIO, scanned: Scanned) -> Table:
    """Records of JSON.

    Why: the file is read twice, because an object leaves out what is unknown and a later one may know it.
    """
    read = _listed if scanned.kind == "list" else _lines
    first = next(read(file), None)
    if first is None:
        raise Refusal("ae-file.empty")
    if isinstance(first.cells, Broken) and scanned.kind == "lines":
        raise Refusal("ae-file.json")
    file.seek(0)
    headings = _names(read(file))
    file.seek(0)
    return Table(headings, "", read(file))


def _names(records: Iterator[Record]) -> tuple[str, ...]:
    """The names in the records, in the order in which they are first met, up to a limit."""
    found: dict[str, None] = {}
    for record in records:
        if not isinstance(record.cells, Broken) and len(found) < NAMES_MAX:
            found |= dict.fromkeys(record.cells)
    return tuple(found)


def _csv(file: TextIO) -> Table:
    lines = _Lines(file)
    written = (text for _, text in lines if text.strip())
    head = next(written, "")
    if named := _SEPARATOR.fullmatch(head.strip("\r\n ")):
        head = next(written, "")
    if not head:
        raise Refusal("ae-file.empty")
    delimiter = named[1] if named else max(DELIMITERS, key=head.count)
    cells = _split([head], delimiter)
    if cells is None:
        raise Refusal("ae-file.no-columns")
    headings = tuple(cell.strip() for cell in cells)
    return Table(headings, delimiter, _rows(lines, headings, delimiter))


class _Lines:
    """Numbered lines of a file, some of which may be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        line = self._file.readline()
        if not line:
            raise StopIteration
        self._number += 1
        return self._number, line

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Lines to be read again, in their order."""
        self._back.extendleft(reversed(lines))


def _rows(lines: _Lines, headings: tuple[str, ...], delimiter: str) -> Iterator[Record]:
    row = 0
    for number, text in lines:
        if not text.strip("\r\n" + delimiter + " "):
            continue
        row += 1
        yield Record(row, number, _row(lines, (number, text), headings, delimiter))


def _row(lines: _Lines, first: tuple[int, str], headings: tuple[str, ...], delimiter: str) -> Cells | Broken:
    """The cells that begin on a line; lines taken in vain are given back."""
    taken = [first]
    cells = _split([first[1]], delimiter)
    while cells is None and len(taken) < LINES_MAX and (more := next(lines, None)):
        taken.append(more)
        if '"' in more[1]:
            cells = _split([text for _, text in taken], delimiter)
    if cells is not None and len(cells) == len(headings):
        return dict(zip(headings, cells, strict=True))
    if cells is None or _swallowed(taken[1:], len(headings), delimiter):
        lines.give_back(taken[1:])
        return Broken("ae-row.quotes")
    return Broken("ae-row.cells", {"have": len(cells), "want": len(headings)})


def _swallowed(lines: list[tuple[int, str]], wanted: int, delimiter: str) -> bool:
    """Whether one of the lines after the first is a record of its own, taken in by a quote left open."""
    return any(len(_split([text], delimiter) or ()) == wanted for _, text in lines)


def _split(lines: list[str], delimiter: str) -> list[str] | None:
    """The cells of one record; None while a quote is open."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _lines(file: TextIO) -> Iterator[Record]:
    """JSON lines: a record a line."""
    row = 0
    for number, text in _Lines(file):
        if text.strip():
            row += 1
            yield Record(row, number, _object(text))


def _object(text: str) -> Cells | Broken:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Broken("ae-row.json")
    return found if isinstance(found, dict) else Broken("ae-row.json")


def _listed(file: TextIO) -> Iterator[Record]:
    """A JSON list, element by element.

    Why: what follows an element that is no JSON cannot be told apart; it is said once, and reading ends.
    """
    decoder, held, row, line = json.JSONDecoder(), file.read(TEXT_PART).lstrip(" \t\r\n")[1:], 0, 1
    while True:
        held, line = _next(held, line)
        if held[:1] == "]":
            break
        try:
            found, end = decoder.raw_decode(held)
        except (ValueError, RecursionError):
            if len(held) <= LINE_MAX and (more := file.read(TEXT_PART)):
                held += more
                continue
            yield Record(row + 1, line, Broken("ae-row.json"))
            break
        row += 1
        yield Record(row, line, found if isinstance(found, dict) else Broken("ae-row.json"))
        line, held = line + held.count("\n", 0, end), held[end:]


def _next(held: str, line: int) -> tuple[str, int]:
    """What follows white space and a comma, and the line it stands on."""
    rest = held.lstrip(" \t\r\n,")
    return rest, line + held.count("\n", 0, len(held) - len(rest))
