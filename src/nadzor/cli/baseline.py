# SPDX-License-Identifier: Apache-2.0
"""`nadzor baseline`: see and set the days that a device is measured against."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show


def baseline(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Code of the device.")],
    first: Annotated[str, typer.Option(help="First day (YYYY-MM-DD); without it, windows are shown.")] = "",
    after: Annotated[str, typer.Option(help="The day after the last one (YYYY-MM-DD).")] = "",
    because: Annotated[str, typer.Option(help="On what grounds; written into the chain of deeds.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Show the registered baselines of a device, the one that stands first; or register another."""
    settled(context, data)
    from nadzor.actions.register_baseline import register_baseline
    from nadzor.detect.window import Window
    from nadzor.people.queries import CONSOLE
    from nadzor.register.baselines import baselines

    if first or after:
        window = Window(_day(first), _day(after))
        register_baseline(device, window, by=CONSOLE, because=because, now=clock.now())
    show(baselines(device), as_json=as_json, title="Baselines")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("baseline.day", text=text) from error
