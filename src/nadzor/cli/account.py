# SPDX-License-Identifier: Apache-2.0
"""`nadzor account`: accounts of the portal."""

from __future__ import annotations

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Accounts of the portal.", no_args_is_help=True)


@app.callback()
def accounts() -> None:
    """Accounts of the portal."""


@app.command("reset")
def reset(context: typer.Context, username: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Give an account a new password, shown once."""
    settled(context, data)
    from nadzor.actions.reset_password import reset_password
    from nadzor.people.queries import CONSOLE

    show(reset_password(username, by=CONSOLE, now=clock.now()), as_json=as_json, title="Account")
