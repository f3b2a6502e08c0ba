# SPDX-License-Identifier: Apache-2.0
"""`nadzor secret`: change what signs sessions."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="The secret that signs sessions.", no_args_is_help=True)


@app.callback()
def secrets() -> None:
    """The secret that signs sessions."""


@app.command("rotate")
def rotate(
    context: typer.Context,
    finish: Annotated[
        bool, typer.Option("--finish", help="Take the former secret away; sessions not used since then end.")
    ] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Sign sessions under a fresh secret; those under the former one go on until it is finished."""
    home = settled(context, data)
    from nadzor.actions.rotate_secret import finish_secret, rotate_secret
    from nadzor.people.queries import CONSOLE

    deed = finish_secret if finish else rotate_secret
    deed(home, by=CONSOLE, now=clock.now())
    facts = {"former_is_heeded": not finish, "restart": "portal, API and jobs"}
    show(facts, as_json=as_json, title="Secret of sessions")
