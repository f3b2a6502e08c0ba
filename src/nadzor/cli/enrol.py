# SPDX-License-Identifier: Apache-2.0
"""`nadzor enrol`, `nadzor token`, `nadzor key`: the right to connect an installation, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

if TYPE_CHECKING:
    from nadzor.register.keys import HeldKey

keys = typer.Typer(help="Keys of installations.", no_args_is_help=True)
tokens = typer.Typer(help="Invitations to enrol an installation.", no_args_is_help=True)

Device = Annotated[str | None, typer.Option(help="Only of this device.")]


def enrol(
    context: typer.Context,
    device: Annotated[str, typer.Option(help="Device code in the register.")],
    clinic: Annotated[str, typer.Option(help="OID of the clinic; telemetry will know only its pseudonym.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Issue a one-time token; the key is then made at the device by `python -m nadzor_sdk enrol`."""
    home = settled(context, data)
    from nadzor.actions.issue_token import issue_token
    from nadzor.people.queries import CONSOLE

    token = issue_token(home, device=device, clinic_oid=clinic, by=CONSOLE, now=clock.now())
    facts = {"token": token, "portal": home.settings.portal_url}
    facts["next"] = (
        f"python -m nadzor_sdk enrol --url {home.settings.portal_url} --token {token} --out installation.json"
    )
    show(facts, as_json=as_json, title="Enrolment, shown once")


@tokens.command("list")
def list_tokens(
    context: typer.Context, device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Every invitation and what became of it, newest first; the tokens themselves are kept nowhere."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.register.keys import tokens as all_tokens

    show(all_tokens(CONSOLE, now=clock.now(), device=device), as_json=as_json, title="Tokens")


@tokens.command("revoke")
def revoke_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The token's name in the list.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Take back an invitation that nobody has used."""
    settled(context, data)
    from nadzor.actions.revoke_token import revoke_token as take_back
    from nadzor.people.queries import CONSOLE

    take_back(name, by=CONSOLE, now=clock.now())
    show({"revoked": name}, as_json=as_json)


@keys.command("list")
def list_keys(
    context: typer.Context, device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Every key: whose it is, its suite, its age, and how it stands."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.register.keys import held_keys

    show(_rows(held_keys(CONSOLE, device=device)), as_json=as_json, title="Keys")


@keys.command("rotate-due")
def rotate_due(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Keys that have served for more than a year; they go on, and their makers are told."""
    settled(context, data)
    from nadzor.register.keys import keys_due

    show(_rows(keys_due(now=clock.now())), as_json=as_json, title="Keys older than a year")


@keys.command("lost")
def lost(
    context: typer.Context,
    keyid: str,
    since: Annotated[
        str, typer.Option(help="From when a stranger may have had it, with its zone (ISO 8601).")
    ],
    because: Annotated[str, typer.Option(help="What happened; the maker and inspectors will read it.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Mark a key as lost since a moment: it is revoked, and what came since then is listed, not deleted."""
    home = settled(context, data)
    from nadzor.actions.mark_compromised import Loss, mark_compromised
    from nadzor.people.queries import CONSOLE

    moment = _moment(since)
    marked = mark_compromised(home, Loss(keyid, moment, because), by=CONSOLE, now=clock.now())
    show({"lost": list(marked), "since": moment}, as_json=as_json)


@keys.command("suspect")
def suspect(context: typer.Context, keyid: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """The batches that came under a lost key since that moment; exit 1 when there are any."""
    home = settled(context, data)
    from nadzor.actions.list_suspects import list_suspects
    from nadzor.people.queries import CONSOLE

    found = list_suspects(home, keyid, by=CONSOLE)
    show(found.batches, as_json=as_json, title=f"Batches under {keyid} that may be a stranger's")
    raise typer.Exit(1 if found.batches else 0)


@keys.command("revoke")
def revoke(context: typer.Context, keyid: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Revoke an installation's key; the gateway refuses it within a minute."""
    home = settled(context, data)
    from nadzor.actions.revoke_key import revoke_key
    from nadzor.people.queries import CONSOLE

    revoke_key(home, keyid=keyid, by=CONSOLE, now=clock.now())
    show({"revoked": keyid}, as_json=as_json)


def _rows(found: Sequence[HeldKey]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "keyid": held.key.keyid,
            "installation": held.installation,
            "device": held.device,
            "suite": held.key.suite,
            "state": held.key.state(now),
            "age_days": held.key.age_days(now),
            "not_after": held.key.not_after,
            "log": "sandbox" if held.sandbox else "log",
        }
        for held in found
    ]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"not a moment: {text}", param_hint="--since") from error
