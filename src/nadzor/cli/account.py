# SPDX-License-Identifier: Apache-2.0
"""`nadzor account`: accounts of the portal."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.named import As, Because, named
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


@app.command("second-factor")
def second_factor(
    context: typer.Context,
    username: str,
    reset: Annotated[
        bool, typer.Option("--reset", help="Take all off; staff's: ask a second person.")
    ] = False,
    because: Annotated[str, typer.Option("--because", help="On what ground; for staff, recorded.")] = "",
    alone: Annotated[
        bool, typer.Option("--alone", help="A head's, when nobody can confirm: wait, then ask again.")
    ] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """What an account proves itself with beside its password; or take it off, when all is lost."""
    settled(context, data)
    from nadzor.actions.ask_factor_reset import reset_or_ask
    from nadzor.actions.remove_factor import factors_of
    from nadzor.people.queries import CONSOLE

    found = factors_of(username, by=CONSOLE)
    taken, request = 0, None
    if reset:
        taken, request = reset_or_ask(username, because=because, by=CONSOLE, now=clock.now(), alone=alone)
    facts = {
        "account": username,
        "app": found.app is not None,
        "keys": [key.name for key in found.keys],
        "recovery_codes": found.codes_left,
        "taken_off": taken,
        "request": request,
    }
    show(facts, as_json=as_json, title="Second factor")


@app.command("resets")
def resets(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Requests to take second factors of staff off, and what became of them."""
    settled(context, data)
    from nadzor.people.factor_resets import factor_resets

    show(factor_resets(now=clock.now()), as_json=as_json, title="Requests")


@app.command("confirm")
def confirm(
    context: typer.Context,
    id: int,
    by: As,
    because: Because,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it instead.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Confirm that second factors of staff are taken off, or refuse: as head, or as auditor about a head."""
    settled(context, data)
    from nadzor.actions.decide_factor_reset import decide_factor_reset

    taken = decide_factor_reset(id, approve=not refuse, because=because, by=named(by), now=clock.now())
    show({"request": id, "state": "refused" if refuse else "done", "taken_off": taken}, as_json=as_json)


@app.command("sessions")
def sessions(
    context: typer.Context,
    username: str,
    end: Annotated[bool, typer.Option("--end", help="End them all.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Where an account is signed in; or end that everywhere."""
    settled(context, data)
    from nadzor.actions.end_sessions import close_sessions
    from nadzor.people.queries import CONSOLE
    from nadzor.people.session_cards import sessions as found

    if end:
        count = close_sessions(username, by=CONSOLE, now=clock.now())
        show({"account": username, "ended": count}, as_json=as_json, title="Sessions")
        return
    show(found(username, current="", now=clock.now()), as_json=as_json, title="Sessions")


@app.command("lock")
def lock(
    context: typer.Context,
    username: str,
    opened: Annotated[bool, typer.Option("--open", help="Open it again.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Close an account at once: nobody signs in, its sessions end, its tokens stop; or open it again."""
    settled(context, data)
    from nadzor.actions.lock_account import lock_account, open_account
    from nadzor.people.queries import CONSOLE

    deed = open_account if opened else lock_account
    show(deed(username, by=CONSOLE, now=clock.now()), as_json=as_json, title="Account")


@app.command("link")
def link(
    context: typer.Context,
    username: str,
    subject: Annotated[str, typer.Option("--subject", help="What the other system calls the person.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Link an account to a person of the system that oidc.json names; they may sign in by it from then on."""
    home = settled(context, data)
    from nadzor.actions.link_identity import link_identity
    from nadzor.people.oidc.provider import provider
    from nadzor.people.queries import CONSOLE

    known = provider(home)
    if known is None:
        raise Refusal("people.foreign-off")
    link_identity(username, issuer=known.issuer, subject=subject, by=CONSOLE, now=clock.now())
    show({"account": username, "issuer": known.issuer}, as_json=as_json, title="Link")
