# SPDX-License-Identifier: Apache-2.0
"""`nadzor enrol` and `nadzor key`: the right to connect one installation, and taking it away."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

keys = typer.Typer(help="Keys of installations.", no_args_is_help=True)


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


@keys.command("revoke")
def revoke(context: typer.Context, keyid: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Revoke an installation's key; the gateway refuses it within a minute."""
    home = settled(context, data)
    from nadzor.actions.revoke_key import revoke_key
    from nadzor.people.queries import CONSOLE

    revoke_key(home, keyid=keyid, by=CONSOLE, now=clock.now())
    show({"revoked": keyid}, as_json=as_json)
