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
Moments = Annotated[
    bool, typer.Option("--moments", help="When knowledge of it changed, newest first, instead.")
]


def _moments(kind: str, ref: str, *, as_json: bool) -> None:
    """The newest moments at which knowledge of a thing changed, as many as one answer holds."""
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.moments import PAGE_MAX
    from nadzor.vigilance.known.timeline import Asked, timeline

    found = timeline(CONSOLE, Asked(kind=kind, ref=ref, limit=PAGE_MAX), now=clock.now())
    shown = found if as_json else found.items
    show(shown, as_json=as_json, title=f"{found.total} moments of {kind} {ref}".strip())


@app.command("device")
def device(
    context: typer.Context, code: str, on: On = "", data: Data = DEFAULT_HOME, as_json: AsJson = False,
    moments: Moments = False,
) -> None:  # fmt: skip
    """A device: its register entry, its figures of ninety days, and what was open about it."""
    home = settled(context, data)
    if moments:
        _moments("device", code, as_json=as_json)
        return
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.device import known_device
    from nadzor.vigilance.known.moment import moment_of

    found = known_device(home, CONSOLE, code, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {code}")


@app.command("register")
def register(
    context: typer.Context, on: On = "", data: Data = DEFAULT_HOME, as_json: AsJson = False,
    moments: Moments = False,
) -> None:  # fmt: skip
    """The whole register."""
    settled(context, data)
    if moments:
        _moments("register", "", as_json=as_json)
        return
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
    on: On = "",
    replay: Annotated[bool, typer.Option("--replay", help="Run its detector again on those facts.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
    moments: Moments = False,
) -> None:
    """A signal: its state, evidence and moves; with --replay exit 1 when the figure does not come back."""
    home = settled(context, data)
    if moments:
        _moments("signal", str(id), as_json=as_json)
        return
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
    context: typer.Context, number: str, on: On = "", data: Data = DEFAULT_HOME, as_json: AsJson = False,
    moments: Moments = False,
) -> None:  # fmt: skip
    """An adverse event: its state, its gravity, its documents, its clocks as they ran."""
    settled(context, data)
    if moments:
        _moments("event", number, as_json=as_json)
        return
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.event import known_event
    from nadzor.vigilance.known.moment import moment_of

    found = known_event(CONSOLE, number, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {number}")


@app.command("case")
def case(
    context: typer.Context, number: str, on: On = "", data: Data = DEFAULT_HOME, as_json: AsJson = False,
    moments: Moments = False,
) -> None:  # fmt: skip
    """A case or any filing: its state, its clocks as they ran, all that lay in the file."""
    settled(context, data)
    if moments:
        _moments("case", number, as_json=as_json)
        return
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.known.case import known_case
    from nadzor.vigilance.known.moment import moment_of

    found = known_case(CONSOLE, number, moment_of(on, now=clock.now()))
    show(found, as_json=as_json, title=f"Known of {number}")
