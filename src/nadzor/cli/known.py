# SPDX-License-Identifier: Apache-2.0
"""`nadzor known`: what was known on a day of a device, a signal, an event, a case or the whole register."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="What was known on a day.", no_args_is_help=True)

On = Annotated[str, typer.Option("--on", help="A day (YYYY-MM-DD, its end) or a moment of it, Moscow time.")]


@app.command("device")
def device(
    context: typer.Context, code: str, on: On, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """A device: its register entry, its figures of ninety days, and what was open about it."""
    home = settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.device import known_device
    from nadzor.vigilance.known.moment import moment_of

    found = known_device(home, CONSOLE, code, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {code}")


@app.command("register")
def register(context: typer.Context, on: On, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """The whole register."""
    settled(context, data)
    from nadzor.vigilance.known.device import known_register
    from nadzor.vigilance.known.moment import moment_of

    found = known_register(moment_of(on, now=clock.now()))
    if as_json:
        show(found, as_json=True)
    else:
        show(found.entries, as_json=False, title=f"The register, known on {on}", columns=("code", "status"))


@app.command("signal")
def signal(
    context: typer.Context,
    id: int,
    on: On,
    replay: Annotated[bool, typer.Option("--replay", help="Run its detector again on those facts.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """A signal: its state, evidence and moves; with --replay exit 1 when the figure does not come back."""
    home = settled(context, data)
    from nadzor.actions.replay_signal import replay_signal
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.moment import moment_of
    from nadzor.vigilance.known.signal import known_signal

    moment = moment_of(on, now=clock.now())
    if not replay:
        show(known_signal(CONSOLE, id, moment), as_json=as_json, title=f"Known of signal {id}")
        return
    found = replay_signal(home, id, moment, by=CONSOLE)
    show(found, as_json=as_json, title=f"Signal {id}, its detector run again")
    raise typer.Exit(0 if found.same_figure else 1)


@app.command("event")
def event(
    context: typer.Context, number: str, on: On, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """An adverse event: its state, its gravity, its documents, its clocks as they ran."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.event import known_event
    from nadzor.vigilance.known.moment import moment_of

    found = known_event(CONSOLE, number, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {number}")


@app.command("case")
def case(
    context: typer.Context, number: str, on: On, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """A case or any filing: its state, its clocks as they ran, all that lay in the file."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.case import known_case
    from nadzor.vigilance.known.moment import moment_of

    found = known_case(CONSOLE, number, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {number}")
