# SPDX-License-Identifier: Apache-2.0
"""How this door prints: one JSON form for machines, one table for people, progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from nadzor.base.problems import Refusal, document

WRONG_USE = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print any struct, mapping or list as indented JSON on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """Print rows that share their keys as a table; nothing but a dash where a value is absent."""
    if not rows:
        out.print(f"{title}: none" if title else "none")
        return
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[column])) for column in rows[0]))
    out.print(table)


def print_facts(facts: Mapping[str, Any], *, title: str = "") -> None:
    """Print one thing's facts, a line each."""
    table = Table(title=title or None, title_justify="left", show_header=False)
    table.add_column("fact", style="bold")
    table.add_column("value", overflow="fold")
    for name, value in facts.items():
        table.add_row(Text(name.replace("_", " ")), Text(_cell(value)))
    out.print(table)


def show(value: Any, *, as_json: bool, title: str = "", columns: Sequence[str] = ()) -> None:
    """Print a result in the form the caller asked for; a table of `columns` only, when they are named."""
    if as_json:
        print_json(value)
        return
    plain = msgspec.to_builtins(value)
    if isinstance(plain, Mapping):
        print_facts(plain, title=title)
    elif isinstance(plain, Sequence) and not isinstance(plain, str):
        rows = [item if isinstance(item, Mapping) else {"value": item} for item in plain]
        print_table([{name: row[name] for name in columns or row} for row in rows], title=title)
    else:
        out.print(str(plain))


def refuse(problem: Refusal, *, as_json: bool) -> int:
    """Print a refusal: what is wrong and what to do. Returns exit code 2, wrong use."""
    shown = document(problem, "en")
    if as_json:
        print_json(shown)
    else:
        where = f" at {problem.at}" if problem.at else ""
        err.print(Text.assemble((shown["title"], "bold red"), f" ({problem.code}{where})"))
        for defect in shown.get("problems", ()):
            err.print(Text(f"  {defect['at']}: {defect['en']} ({defect['code']})"))
        err.print(Text(shown["do"]))
    return WRONG_USE


def progress() -> Progress:
    """A progress display on standard error, silent when that is not a terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=False,
        disable=not sys.stderr.isatty(),
    )


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items()) or "—"
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return " … ".join(_cell(item) for item in value) or "—"
    return str(value)
