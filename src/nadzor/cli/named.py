# SPDX-License-Identifier: Apache-2.0
"""Who acts at the console by name: the password is asked for, and a code where the account has a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nadzor.base import clock

if TYPE_CHECKING:
    from nadzor.people.queries import Person

As = Annotated[str, typer.Option("--as", help="Your account; its password is asked for, never given here.")]
Because = Annotated[str, typer.Option("--because", help="On what ground; it is recorded.")]


def named(username: str) -> Person:
    """The person who acts, proved."""
    from nadzor.actions.prove_account import has_factor, prove_account

    password = typer.prompt(f"Password of {username}", hide_input=True, err=True)
    code = (
        typer.prompt("Code of the second factor", hide_input=True, err=True) if has_factor(username) else ""
    )
    return prove_account(username, password, code, now=clock.now())
