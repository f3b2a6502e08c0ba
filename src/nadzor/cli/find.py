# SPDX-License-Identifier: Apache-2.0
"""`nadzor load` and `nadzor detect`: from the journal to days, from days to signals."""

from __future__ import annotations

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show


def load(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Load what the journal has gained and roll it up."""
    home = settled(context, data)
    from nadzor.actions.roll_up_day import roll_up_day

    show(roll_up_day(home, now=clock.now()), as_json=as_json, title="Rollup")


def detect(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Run the detectors over the rollups and file what they find; exit 1 when something new was found."""
    home = settled(context, data)
    from nadzor.actions.raise_signals import raise_signals

    report = raise_signals(home, now=clock.now())
    show(report, as_json=as_json, title="Signals")
    raise typer.Exit(1 if report.raised else 0)
