# SPDX-License-Identifier: Apache-2.0
"""What the commands of `nadzor law` share: reading days, saying a schema, ending where our knowledge ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import typer

from nadzor.base.problems import Refusal
from nadzor.cli.output import print_json, refuse
from nadzor.law.norm import NormMissing
from nadzor.workdays.calendar import CalendarMissing

FAILED = 1
DAY_CHARS = 10


@contextmanager
def answering(as_json: bool) -> Iterator[None]:
    """Print the problem and exit 1 where no norm or no calendar reaches; wrong use goes on to exit 2."""
    try:
        yield
    except (NormMissing, CalendarMissing) as problem:
        refuse(problem, as_json=as_json)
        raise typer.Exit(FAILED) from problem


def schema_option(shape: Any) -> Any:
    """`--schema`: print the JSON Schema of an answer and stop before anything else is asked for."""
    return _schema_of("answer", lambda: msgspec.json.schema(shape))


def input_schema_option(schema: Callable[[], dict[str, Any]]) -> Any:
    """`--schema` of a command that reads JSON: the schema of what it reads, with an example."""
    return _schema_of("JSON on standard input", schema)


def _schema_of(what: str, schema: Callable[[], dict[str, Any]]) -> Any:
    def _print(wanted: bool) -> None:
        if wanted:
            print_json(schema())
            raise typer.Exit

    return typer.Option(
        "--schema", help=f"Print the JSON Schema of the {what}.", callback=_print, is_eager=True
    )


def day_of(text: str, at: str) -> date:
    """A day as somebody typed it.

    Raises: Refusal law.date-unreadable.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("law.date-unreadable", at) from error


def day_if(text: str | None, at: str) -> date | None:
    """A day where somebody typed one.

    Raises: Refusal law.date-unreadable.
    """
    return day_of(text, at) if text else None


def start_of(text: str, at: str) -> date | datetime:
    """A day, or a moment when an hour is given.

    Raises: Refusal law.date-unreadable.
    """
    if len(text) <= DAY_CHARS:
        return day_of(text, at)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("law.date-unreadable", at) from error
