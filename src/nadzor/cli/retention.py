# SPDX-License-Identifier: Apache-2.0
"""`nadzor retention`: what has been kept for its term, what holds keep, and orders asked for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, print_table, show


def retention(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    backups: Annotated[Path | None, typer.Option(help="Directory of backups, to count old ones.")] = None,
    ask: Annotated[
        str, typer.Option("--ask", metavar="ACCOUNT", help="Write orders to destroy in this account's name.")
    ] = "",
    because: Annotated[str, typer.Option(help="On what ground, with --ask.")] = "",
    as_json: AsJson = False,
) -> None:
    """List what is due by class; it destroys nothing, and with --ask a second person still decides."""
    home = settled(context, data)
    from nadzor.actions.list_due import ask_for_due, list_due

    asked = ask_for_due(home, ask, because=because, now=clock.now()) if ask else ()
    found = list_due(home, now=clock.now(), backups=backups.absolute() if backups else None)
    if as_json:
        print_json({"on": found.on, "classes": found.classes, "shelves": found.shelves, "asked": asked})
        return
    show(
        found.classes,
        as_json=False,
        title="Classes",
        columns=("name", "term", "unit", "due", "held", "status"),
    )
    print_table([{"order": number} for number in asked], title="Orders asked for")
