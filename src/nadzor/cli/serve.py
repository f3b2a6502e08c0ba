# SPDX-License-Identifier: Apache-2.0
"""`nadzor init` and `nadzor serve`: make a data directory, open the doors."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.cli.frame import frame, settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import err, print_json, print_table

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65534, help="Port of the portal on 127.0.0.1; the gateway takes the next one."),
]
DOOR_NAMES = frozenset({"gateway", "portal", "jobs"})


def init(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    port: Port = None,
    journal: Annotated[
        str, typer.Option(help="PostgreSQL database that keeps the journal: postgresql://user@server/name.")
    ] = "",
    practice: Annotated[
        bool, typer.Option("--practice", help="A house to learn in: marked everywhere, it mails nobody.")
    ] = False,
    second_factor: Annotated[
        bool | None,
        typer.Option(
            "--second-factor/--no-second-factor",
            help="Staff sign in with a code or a key, too; asked for unless the house is one to learn in.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a data directory: keys, register, one account for each role (passwords are shown once)."""
    from nadzor.actions.create_home import create_home

    asked = not practice if second_factor is None else second_factor
    made = create_home(data, journal_url=journal, practice=practice, second_factor=asked)
    home = addressed(made, port)
    if practice and not home.settings.practice:
        raise Refusal("home.not-practice")
    frame(context).settle(home)
    from nadzor.actions.create_staff import create_staff

    staff = create_staff(now=clock.now())
    if as_json:
        print_json(
            {
                "data": str(home.root),
                "portal": home.settings.portal_url,
                "gateway": home.settings.public_url,
                "practice": home.settings.practice,
                "second_factor": home.settings.second_factor,
                "staff": staff,
            }
        )
        return
    print_table(
        [{"account": one.username, "role": one.role, "password": one.password} for one in staff],
        title="Accounts",
    )


def serve(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    only: Annotated[
        list[str] | None, typer.Option(help="A door to open: gateway, portal or jobs. Repeatable.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Gateway processes.")] = 1,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Take no batches (503 with a time); show everything else.")
    ] = False,
    port: Port = None,
) -> None:
    """Open the doors and keep them open: gateway, portal and jobs, each a process of its own."""
    chosen = frozenset(only or ())
    if unknown := chosen - DOOR_NAMES:
        raise typer.BadParameter(f"no such door: {', '.join(sorted(unknown))}")
    home = addressed(settled(context, data), port)
    err.print(f"portal {home.settings.portal_url}   gateway {home.settings.public_url}   stop with Ctrl+C")
    raise typer.Exit(frame(context).serve(home, only=chosen, workers=workers, read_only=read_only))


def addressed(home: Home, port: int | None) -> Home:
    """The home with its doors at a port and the next one; unchanged when no port was asked for."""
    if port is None:
        return home
    return home.at_address(portal_url=f"http://127.0.0.1:{port}", public_url=f"http://127.0.0.1:{port + 1}")
