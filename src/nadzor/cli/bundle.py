# SPDX-License-Identifier: Apache-2.0
"""`nadzor bundle`: everything a court needs to check what a device reported, in one file."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import progress, show


def bundle(
    context: typer.Context,
    device: Annotated[str, typer.Option(help="Device code in the register.")],
    out: Annotated[Path, typer.Option("--out", help="File for the bundle.")],
    because: Annotated[str, typer.Option(help="For whom and why; written into the chain of deeds.")],
    installation: Annotated[str | None, typer.Option(help="This installation only.")] = None,
    since: Annotated[str, typer.Option(help="Received from this day on (YYYY-MM-DD, Moscow).")] = "",
    until: Annotated[str, typer.Option(help="Received before this day (YYYY-MM-DD, Moscow).")] = "",
    event: Annotated[list[str] | None, typer.Option(help="Id of an event that it is about.")] = None,
    calculation: Annotated[str | None, typer.Option(help="failed-share, or nothing.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Write a proof bundle: events, leaves, proofs, keys, counts; `nadzor verify bundle` checks it."""
    home = settled(context, data)
    from nadzor.actions.make_bundle import Wish, make_bundle
    from nadzor.base.durable import write_atomic
    from nadzor.people.queries import CONSOLE

    wish = Wish(
        device=device,
        because=because,
        installation=installation,
        since=_midnight(since),
        until=_midnight(until),
        events=tuple(event or ()),
        calculation=calculation,
    )
    with progress() as bar:
        made = make_bundle(home, wish, by=CONSOLE, now=clock.now(), bar=bar)
    write_atomic(out.absolute(), made, mode=0o600)
    check = f"nadzor verify bundle {out} --key '{home.log_vkey}'"
    told = {"file": str(out), "bytes": len(made), "check": check}
    show(told, as_json=as_json, title="Proof bundle")


def _midnight(day: str) -> datetime | None:
    """The first moment of a day on the legal calendar."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), clock.MOSCOW)
    except ValueError as error:
        raise typer.BadParameter("not a day: YYYY-MM-DD", param_hint="--since, --until") from error
