# SPDX-License-Identifier: Apache-2.0
"""`nadzor account`: accounts of the portal."""

from __future__ import annotations

from typing import Annotated

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


@app.command("token")
def token(
    context: typer.Context,
    username: str,
    days: Annotated[int, typer.Option("--days", help="For how many days, 365 at most.")] = 90,
    write: Annotated[bool, typer.Option("--write", help="It may also write; else it only reads.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Give a person's programs a token of the API, shown once; it acts in that person's role."""
    settled(context, data)
    from nadzor.actions.give_api_token import give_api_token
    from nadzor.people.queries import CONSOLE

    scope = "write" if write else "read"
    found = give_api_token(username, days=days, scope=scope, by=CONSOLE, now=clock.now())
    show(found, as_json=as_json, title="Token")


@app.command("token-revoke")
def token_revoke(
    context: typer.Context, prefix: str, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Revoke the token that begins with these letters; from now on it opens nothing."""
    settled(context, data)
    from nadzor.actions.give_api_token import revoke_api_token
    from nadzor.people.queries import CONSOLE

    count = revoke_api_token(prefix, by=CONSOLE, now=clock.now())
    show({"prefix": prefix, "revoked": count}, as_json=as_json, title="Token")


@app.command("tokens")
def tokens(context: typer.Context, username: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """An account's tokens: what each begins with, whether it writes, until when, when last used."""
    settled(context, data)
    from nadzor.people.queries import api_tokens

    show(api_tokens(username), as_json=as_json, title="Tokens")
