# SPDX-License-Identifier: Apache-2.0
"""`nadzor seam`: systems of the state that hand in filings, and filings that came as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, show

app = typer.Typer(help="Systems of the state at the seam; filings in and statuses out.", no_args_is_help=True)
BY_HAND = "console"  # a filing that somebody brought as a file


@app.command("add")
def add(
    context: typer.Context,
    name: str,
    public: Annotated[str, typer.Argument(help="Ed25519 public key, base64.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Let a system hand in filings under its own key, and ask how those stand; nothing else."""
    settled(context, data)
    from nadzor.actions.seams.seam_keys import add_seam
    from nadzor.people.queries import CONSOLE

    show(add_seam(name, public, by=CONSOLE, now=clock.now()), as_json=as_json, title="Seam")


@app.command("list")
def listing(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Show every system at the seam."""
    settled(context, data)
    from nadzor.actions.seams.seam_keys import seams

    show(seams(), as_json=as_json, title="Seams")


@app.command("revoke")
def revoke(context: typer.Context, name: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Take a system's power away; what it handed in stays."""
    settled(context, data)
    from nadzor.actions.seams.seam_keys import revoke_seam
    from nadzor.people.queries import CONSOLE

    show(revoke_seam(name, by=CONSOLE, now=clock.now()), as_json=as_json, title="Seam")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The envelope; files lie beside it.")
    ],
    seam: Annotated[str, typer.Option(help="The system it came from.")] = BY_HAND,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Take in a filing that the state's portal received."""
    home = settled(context, data)
    from nadzor.actions.import_filing import import_filing

    report = import_filing(file.read_bytes(), seam=seam, home=home, now=clock.now(), beside=file.parent)
    show(report, as_json=as_json, title="Filing")


@app.command("status")
def status(
    context: typer.Context,
    external_number: str,
    seam: Annotated[str, typer.Option(help="The system it came from.")] = BY_HAND,
    suite: Annotated[str, typer.Option(help="Suite of the signature: ed25519 or cms.")] = "ed25519",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Tell how an imported filing stands, sealed."""
    home = settled(context, data)
    from nadzor.actions.return_status import return_status

    told = return_status(external_number, seam=seam, suite=suite, home=home, now=clock.now())
    show(told, as_json=as_json, title=external_number)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of the envelope and of the statement in it."""
    from nadzor.actions.seams.envelope import schemas

    print_json(schemas())
