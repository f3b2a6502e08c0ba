# SPDX-License-Identifier: Apache-2.0
"""The console entry `nadzor`: hands the frame of the house to the commands and starts the doors as processes.

Why: gateway, portal and jobs are separate processes, so that a slow page never delays a receipt and a
crash of one leaves the others standing. A door dies with the process that started it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from nadzor.base import logs
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.cli.app import app
from nadzor.cli.output import refuse
from nadzor.site.configuration import one_thread_of_algebra
from nadzor.site.processes import (
    DOORS,
    Door,
    Opening,
    address_of,
    free_address,
    gateway_answers,
    must_be_free,
    run_door,
    running,
    watch,
)


class House:
    """The frame of the house: what `nadzor.cli.frame.Frame` promises, done with this room's settings."""

    def settle(self, home: Home) -> None:
        """Configure Django for this data directory; migrations are applied by `create_home`, not here."""
        from nadzor.site.django import setup

        setup(home)

    def planned(self, home: Home) -> str:
        """The SQL that this release would run on the register."""
        from nadzor.site.django import set_up_as_it_is

        set_up_as_it_is(home)
        from nadzor.actions.prepare_register import migration_sql

        return migration_sql()

    @contextmanager
    def gateway(self, home: Home) -> Iterator[str]:
        """A gateway of this home with its key directory kept fresh; ended on leaving if started here."""
        if gateway_answers(home):
            yield home.settings.public_url
            return
        address = free_address()
        with running([Door("gateway", home, address=address), Door("directory", home)]):
            yield address

    def must_be_free(self, home: Home, *, only: frozenset[str]) -> None:
        """Refuse when another program holds the address of a door named (of any when none is)."""
        must_be_free([address for name in _named(only) if (address := address_of(name, home))])

    def serve(self, home: Home, *, only: frozenset[str], workers: int, read_only: bool = False) -> int:
        """Start the doors named (all when none is) and keep them running until interrupted."""
        self.must_be_free(home, only=only)
        names = _named(only)
        if "gateway" in names and "jobs" not in names:
            names.append("directory")
        doors = [
            Door(name, home, workers=workers, read_only=read_only) if name == "gateway" else Door(name, home)
            for name in names
        ]
        with running(doors):
            return watch(doors)

    def measure(self, families: Sequence[str], *, quick: bool) -> tuple[list[Any], str]:
        """The budgets of some families (all when none is named), as structs and as a Markdown table."""
        from nadzor.site.budgets import FAMILIES, as_markdown, measure_budgets

        if unknown := set(families) - set(FAMILIES):
            raise Refusal("bench.unknown", families=", ".join(sorted(unknown)), known=", ".join(FAMILIES))
        figures = measure_budgets(tuple(families or FAMILIES), quick=quick)
        return figures, as_markdown(figures)


def _named(only: frozenset[str]) -> list[str]:
    return [name for name in DOORS if not only or name in only]


@app.command("door", hidden=True)
def door(
    name: str,
    data: Path,
    *,
    workers: int = 1,
    address: str | None = None,
    parent: int | None = None,
    read_only: Annotated[bool, typer.Option("--read-only")] = False,
) -> None:
    """Be one door of the house (started by `nadzor serve`)."""
    run_door(name, Home.open(data), Opening(workers, address, read_only), parent=parent)


def main() -> None:
    """Run the command line; a refusal is shown with what to do, and exits 2."""
    one_thread_of_algebra()
    logs.configure()
    command = typer.main.get_command(app)
    try:
        code = command.main(args=sys.argv[1:], prog_name="nadzor", obj=House(), standalone_mode=True)
    except (Refusal, OSError) as problem:
        code = refuse(_told(problem), as_json="--json" in sys.argv)
    sys.exit(code if isinstance(code, int) else 0)


def _told(problem: Refusal | OSError) -> Refusal:
    """The refusal itself, or what the system said of a file; anything else is a fault of ours."""
    if isinstance(problem, Refusal):
        return problem
    if problem.filename is None:
        raise problem
    return Refusal("path.unusable", at=str(problem.filename), reason=problem.strerror)


if __name__ == "__main__":
    main()
