# SPDX-License-Identifier: Apache-2.0
"""`nadzor register`: fill the register from a file, look something up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Organisations, devices, versions, claims.", no_args_is_help=True)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The register file.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Enter organisations and devices from a JSON file: all of it or, with every defect named, nothing."""
    home = settled(context, data)
    from nadzor.actions.import_register import import_register
    from nadzor.people.queries import CONSOLE

    show(
        import_register(file, by=CONSOLE, now=clock.now()),
        as_json=as_json,
        title=f"Register of {home.root.name}",
    )


@app.command("search")
def search(context: typer.Context, text: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Find devices by name, registration number or code."""
    settled(context, data)
    from nadzor.register import queries

    columns = ("code", "name_en", "number", "status")
    show(queries.search(text), as_json=as_json, title="Devices", columns=columns)
