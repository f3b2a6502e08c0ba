# SPDX-License-Identifier: Apache-2.0
"""`nadzor simulate`: reads, nations and their histories drawn from a seed, for want of real ones."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.cli.evaluate import evaluate
from nadzor.cli.frame import frame, settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import progress, show
from nadzor.cli.year import year

if TYPE_CHECKING:
    from nadzor.simulate.fault import FaultKind
    from nadzor.simulate.world import World

app = typer.Typer(
    help="Synthetic reads and nations; without a command, a nation's events with faults in it.",
    invoke_without_command=True,
)

Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]


@app.callback()
def simulate(
    context: typer.Context,
    seed: Seed = 1,
    devices: Annotated[int, typer.Option(min=1, max=1000, help="Devices of the nation.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=1095, help="Days of its history.")] = 120,
    faults: Annotated[str, typer.Option(help="Kinds of fault to put in, by commas.")] = "",
    per_fault: Annotated[int, typer.Option(min=1, max=200, help="Faults of each kind.")] = 1,
    strength: Annotated[
        float, typer.Option(min=0.05, max=20.0, help="How many times the usual size of a fault.")
    ] = 1.0,
    first: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Directory to write to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the events of a reference nation, the truth about it, and its register."""
    if context.invoked_subcommand:
        return
    if out is None:
        raise typer.BadParameter("name the directory to write to", param_hint="--out")
    from nadzor.simulate.chronicle import write_chronicle

    world = _world(seed, devices, days=days, first=first.date() if first else None)
    world = _faulty(world, _kinds(faults), per_fault, strength)
    with progress() as bar:
        step = ticker(bar, "nation: days lived", total=len(world.posts) * days)
        told = write_chronicle(world, out, step=step)
    summary = {
        "out": str(out), "seed": seed, "devices": len(told.devices), "days": days, "first": told.first,
        "installations": len(told.installations),
        "events": sum(sum(one.received) for one in told.installations),
        "faults": [f"{one.kind} {one.device} {one.first}" for one in told.faults],
    }  # fmt: skip
    show(summary, as_json=as_json, title="Nation")


def _world(seed: int, devices: int, *, days: int, first: date | None) -> World:
    from nadzor.simulate.reference import FIRST, Scale, reference_nation

    return reference_nation(seed, devices=devices, days=days, scale=Scale(first=first or FIRST))


def _kinds(told: str) -> list[FaultKind]:
    """The kinds of fault that were named.

    Raises: Refusal `simulate.unknown-fault`.
    """
    from nadzor.simulate.fault import KINDS

    known = {str(kind): kind for kind in KINDS}
    names = [name.strip() for name in told.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise Refusal("simulate.unknown-fault", name=name, known=", ".join(known))
    return [known[name] for name in names]


def _faulty(world: World, kinds: list[FaultKind], count: int, strength: float) -> World:
    """The nation with these faults.

    Raises: Refusal `simulate.no-room` when no device fits one of them.
    """
    from nadzor.simulate.planting import plant
    from nadzor.simulate.world import with_faults

    for kind in kinds:
        put_in = plant(kind, world.seed, world, count, strength=strength)
        if not put_in:
            raise Refusal("simulate.no-room", name=kind)
        world = with_faults(world, (*world.faults, *put_in))
    return world


app.command("evaluate")(evaluate)
app.command("year")(year)


@app.command("reads")
def reads(
    out: Annotated[Path, typer.Option(help="Directory to write to.")],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Write a directory of simulated reads, of the same shape as real ones."""
    from nadzor.simulate.reads import write_reads

    write_reads(out, seed=seed)
    show({"reads": str(out), "files": len(list(out.glob("*.csv"))), "seed": seed}, as_json=as_json)


@app.command("nation")
def nation(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    seed: Seed = 20261121,
    days: Annotated[int, typer.Option(min=1, max=730, help="Days of history, up to yesterday.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Register fictitious devices, connect them in simulated clinics, send their history to the gateway."""
    home = settled(context, data)
    from nadzor.actions.import_register import DEMO_REGISTER, import_register
    from nadzor.actions.send_nation import send_nation
    from nadzor.people.queries import CONSOLE

    import_register(DEMO_REGISTER, by=CONSOLE, now=clock.now())
    with frame(context).gateway(home) as address, progress() as bar:
        summary = send_nation(home, seed=seed, days=days, gateway=address, now=clock.now(), bar=bar)
    show(summary, as_json=as_json, title="Nation")
