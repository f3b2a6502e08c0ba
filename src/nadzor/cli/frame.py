# SPDX-License-Identifier: Apache-2.0
"""What the frame of the house hands to this door: Django made ready, other doors started as processes.

Why: a door may import neither the frame above it nor a sibling door; it is given what it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, cast

import typer

from nadzor.base import clock
from nadzor.base.home import Home


class Frame(Protocol):
    """The frame of the house, as a command sees it."""

    def settle(self, home: Home) -> None:
        """Make the register of this data directory usable in this process (idempotent)."""

    def planned(self, home: Home) -> str:
        """The SQL that `settle` would run on the register; nothing of it is run."""

    def gateway(self, home: Home) -> AbstractContextManager[str]:
        """A gateway that answers at the home's public address; started here unless one already answers."""

    def must_be_free(self, home: Home, *, only: frozenset[str]) -> None:
        """Refuse when another program holds the address of a door named (of any when none is)."""

    def serve(self, home: Home, *, only: frozenset[str], workers: int, read_only: bool = False) -> int:
        """Start the doors as processes and stay until interrupted. Returns the exit code."""

    def measure(self, families: Sequence[str], *, quick: bool) -> tuple[list[Any], str]:
        """The budgets of some families (all when none is named), as structs and as a Markdown table."""


def frame(context: typer.Context) -> Frame:
    """The frame that launched this command."""
    return cast(Frame, context.obj)


def settled(context: typer.Context, data: Path) -> Home:
    """Open the data directory and make its register usable.

    Raises: Refusal `home.missing` where there is no house, `journal.shorter` where its journal was lost.
    """
    from nadzor.actions.check_journal import check_journal

    home = Home.open(data)
    check_journal(home)
    frame(context).settle(home)
    _note_reading(context, home)
    return home


def _note_reading(context: typer.Context, home: Home) -> None:
    """Whoever reads data at the console is in the log of readings before the first row is printed."""
    from nadzor.actions.note_reading import Look, note_reading
    from nadzor.people.queries import CONSOLE
    from nadzor.records.reading import shown

    words = context.command_path.partition(" ")[2]
    name = f"console:{words}"
    told = shown(name)
    if told.is_sensitive:
        given = {f"-{option}": str(text) for option, text in context.params.items() if text is not None}
        look = Look(way="console", route=name, shown=told, given=given)
        note_reading(home, look, by=CONSOLE, now=clock.now())
