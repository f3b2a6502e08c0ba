# SPDX-License-Identifier: Apache-2.0
"""`nadzor shred`: destroy what an installation reported in a month, on the order of two people."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.named import As, Because, named
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Destroy a month of an installation: two people, and no hold.", no_args_is_help=True)


@app.command("order")
def order(
    context: typer.Context,
    by: As,
    installation: Annotated[str, typer.Option(help="Which installation.")],
    month: Annotated[str, typer.Option(help="Which month of receipt (YYYY-MM); it must be over.")],
    because: Because,
    retention: Annotated[str, typer.Option(help="Key of the norm whose term is over.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Order it; somebody else approves, and then one of the two carries it out."""
    home = settled(context, data)
    from nadzor.actions.order_shredding import Wanted, order_shredding

    wanted = Wanted(installation=installation, month=month, because=because, retention=retention)
    id = order_shredding(home, wanted, by=named(by), now=clock.now())
    show({"order": id, "state": "asked"}, as_json=as_json, title="Order")


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
    """Approve somebody else's order, or refuse it."""
    home = settled(context, data)
    from nadzor.actions.order_shredding import decide_shredding

    decide_shredding(home, id, approve=not refuse, because=because, by=named(by), now=clock.now())
    show({"order": id, "state": "refused" if refuse else "approved"}, as_json=as_json, title="Order")


@app.command("do")
def do(context: typer.Context, id: int, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Carry out an order that two people have signed: proofs and figures hold, rows are never read again."""
    home = settled(context, data)
    from nadzor.actions.shred_bodies import shred_bodies
    from nadzor.people.queries import CONSOLE

    show(shred_bodies(home, id, by=CONSOLE, now=clock.now()), as_json=as_json, title="Destroyed")


@app.command("list")
def list_orders(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Every order and what became of it."""
    settled(context, data)
    from nadzor.records.shredding import orders

    show(orders(), as_json=as_json, title="Orders")


@app.command("hold")
def hold(
    context: typer.Context,
    by: As,
    because: Because,
    device: Annotated[str, typer.Option(help="A device…")] = "",
    installation: Annotated[str, typer.Option(help="…or an installation.")] = "",
    first: Annotated[str, typer.Option(help="From this month on (YYYY-MM).")] = "",
    last: Annotated[str, typer.Option(help="Until this month (YYYY-MM).")] = "",
    lift: Annotated[int, typer.Option(help="Lift the hold of this number instead.")] = 0,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Keep months from being destroyed, or lift a hold."""
    settled(context, data)
    from nadzor.actions.place_hold import Kept, lift_hold, place_hold

    who, now = named(by), clock.now()
    if lift:
        lift_hold(lift, because=because, by=who, now=now)
        show({"hold": lift, "state": "lifted"}, as_json=as_json, title="Hold")
        return
    kept = Kept(because=because, device=device, installation=installation, first_month=first, last_month=last)
    show({"hold": place_hold(kept, by=who, now=now), "state": "placed"}, as_json=as_json, title="Hold")


@app.command("holds")
def holds(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Every hold, standing or lifted."""
    settled(context, data)
    from nadzor.records.shredding import holds as all_holds

    show(all_holds(), as_json=as_json, title="Holds")
