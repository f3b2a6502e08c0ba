# SPDX-License-Identifier: Apache-2.0
"""`nadzor forwarder`: bearer tokens for senders that speak OpenTelemetry and cannot sign."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Bearer tokens for OpenTelemetry senders.", no_args_is_help=True)


@app.command("issue")
def issue(
    context: typer.Context,
    device: Annotated[str, typer.Option(help="Device code in the register.")],
    clinic: Annotated[
        str | None, typer.Option(help="OID of the clinic; without it the token is for the sandbox.")
    ] = None,
    installation: Annotated[
        str | None, typer.Option(help="A forwarding installation that gets a further token instead.")
    ] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Issue a token for one installation; it is shown once and counts within a minute, for a year."""
    home = settled(context, data)
    from nadzor.actions.issue_forwarder_token import issue_forwarder_token
    from nadzor.people.queries import CONSOLE

    right = issue_forwarder_token(
        home, device=device, clinic_oid=clinic, installation=installation, by=CONSOLE, now=clock.now()
    )
    show(right, as_json=as_json, title="Bearer token, shown once")


@app.command("revoke")
def revoke(context: typer.Context, name: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Revoke a token by its name (t-...); the gateway refuses it within a minute."""
    home = settled(context, data)
    from nadzor.actions.revoke_forwarder_token import revoke_forwarder_token
    from nadzor.people.queries import CONSOLE

    revoke_forwarder_token(home, name=name, by=CONSOLE, now=clock.now())
    show({"revoked": name}, as_json=as_json)


@app.command("list")
def listed(
    context: typer.Context,
    device: Annotated[str | None, typer.Option(help="Only this device's.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Which installations may report without signing, and until when."""
    settled(context, data)
    from nadzor.register.forwarders import forwarders

    show(forwarders(device), as_json=as_json, title="Bearer tokens")
