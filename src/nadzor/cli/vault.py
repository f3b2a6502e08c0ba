# SPDX-License-Identifier: Apache-2.0
"""`nadzor vault`: open it by two named people, look whether every seal opens, change the sealing key.

Whoever holds this machine holds the vault key.  These commands bind honest people and leave a record; they
are no wall against the machine's owner.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.named import As, Because, named
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, show

app = typer.Typer(help="The vault: which clinic is behind a site.", no_args_is_help=True)
Sites = Annotated[list[str] | None, typer.Option("--site", help="A site's pseudonym; may be given again.")]
About = Annotated[str, typer.Option("--about", help='The affair, such as "event AE-2026-000001".')]
Month = Annotated[str, typer.Option("--month", help='A sealed month instead of sites: "CODE YYYY-MM".')]


@app.command("openings")
def list_openings(context: typer.Context, by: As, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Requests and what became of them, under pseudonyms."""
    settled(context, data)
    from nadzor.records.openings import openings

    show(openings(named(by), now=clock.now()), as_json=as_json, title="Openings")


@app.command("ask")
def ask(
    context: typer.Context,
    by: As,
    purpose: Annotated[str, typer.Option("--purpose", help="A code of the list: court, inspection, danger…")],
    because: Because,
    site: Sites = None,
    about: About = "",
    month: Month = "",
    alone: Annotated[bool, typer.Option("--break-glass", help="Open alone, for a danger only.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Ask for an opening; somebody else approves it."""
    home = settled(context, data)
    from nadzor.actions.ask_opening import Asked, ask_opening, break_glass

    asked = Asked(purpose=purpose, because=because, sites=tuple(site or ()), about=about, month=month)
    id = (break_glass if alone else ask_opening)(home, asked, by=named(by), now=clock.now())
    show({"opening": id, "state": "open" if alone else "asked"}, as_json=as_json, title="Opening")


@app.command("approve")
def approve(
    context: typer.Context,
    id: int,
    by: As,
    because: Because,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it instead.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Approve somebody else's request, or refuse it."""
    settled(context, data)
    from nadzor.actions.decide_opening import decide_opening

    decide_opening(id, approve=not refuse, because=because, by=named(by), now=clock.now())
    show({"opening": id, "state": "refused" if refuse else "open"}, as_json=as_json, title="Opening")


@app.command("open")
def look(
    context: typer.Context,
    id: int,
    by: As,
    site: Annotated[str, typer.Option("--site", help="Which site of the request.")] = "",
    to: Annotated[Path | None, typer.Option("--to", help="Write the month's paper there.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """See which clinic is behind one site, or write the named month of the request; both are recorded."""
    home = settled(context, data)
    from nadzor.actions.look_behind import look_at_month, look_behind
    from nadzor.base.durable import write_new

    who = named(by)
    if to is not None:
        write_new(to, look_at_month(home, id, by=who, now=clock.now()), mode=0o600)
        show({"opening": id, "written": str(to)}, as_json=as_json, title="Month")
        return
    show(look_behind(home, id, site, by=who, now=clock.now()), as_json=as_json, title="Clinic")


@app.command("close")
def close(
    context: typer.Context, id: int, by: As, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """End an opening before its time."""
    settled(context, data)
    from nadzor.actions.close_opening import close_opening

    close_opening(id, by=named(by), now=clock.now())
    show({"opening": id, "state": "closed"}, as_json=as_json, title="Opening")


@app.command("review")
def review(
    context: typer.Context,
    id: int,
    by: As,
    finding: Annotated[str, typer.Option("--finding", help="justified or unjustified.")],
    because: Because,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Judge an opening that one person made alone."""
    settled(context, data)
    from nadzor.actions.close_opening import review_opening

    review_opening(id, finding, because=because, by=named(by), now=clock.now())
    show({"opening": id, "finding": finding}, as_json=as_json, title="Opening")


@app.command("check")
def check(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Open every seal and print none of what is inside; exit code 1 when one does not open."""
    home = settled(context, data)
    from nadzor.actions.rotate_vault import check_vault

    found = check_vault(home, now=clock.now())
    show(found, as_json=as_json, title="Seals")
    if found.damaged:
        raise typer.Exit(1)


@app.command("rotate")
def rotate(
    context: typer.Context,
    finish: Annotated[
        bool, typer.Option("--finish", help="Destroy the former key files; all must open under the newest.")
    ] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Seal everything anew under a fresh key; cut short, it goes on where it stopped."""
    home = settled(context, data)
    from nadzor.actions.rotate_vault import finish_rotation, rotate_vault
    from nadzor.people.queries import CONSOLE

    deed = finish_rotation if finish else rotate_vault
    found = deed(home, by=CONSOLE, now=clock.now())
    show(found, as_json=as_json, title="Seals")
    if found.damaged:
        raise typer.Exit(1)


@app.command("schema")
def schema(
    context: typer.Context,
    answer: Annotated[str, typer.Argument(help="openings, open or check.")],
    data: Data = DEFAULT_HOME,
) -> None:
    """Print the JSON Schema of what a command answers with `--json`; nobody is asked for a proof."""
    settled(context, data)
    from nadzor.actions.look_behind import Revealed
    from nadzor.actions.rotate_vault import Seals
    from nadzor.records.openings import OpeningCard

    shapes: dict[str, Any] = {"openings": tuple[OpeningCard, ...], "open": Revealed, "check": Seals}
    if answer not in shapes:
        raise typer.BadParameter(", ".join(shapes))
    print_json(msgspec.json.schema(shapes[answer]))
