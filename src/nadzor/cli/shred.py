# SPDX-License-Identifier: Apache-2.0
"""`nadzor shred`: destroy what an installation reported in one month, for good."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show


def shred(
    context: typer.Context,
    installation: Annotated[str, typer.Option(help="Which installation.")],
    month: Annotated[str, typer.Option(help="Which month of receipt (YYYY-MM); it must be over.")],
    because: Annotated[str, typer.Option(help="On what ground; written into the chain of deeds.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Destroy the key of a month's bodies: proofs hold, and what was reported is never read again."""
    home = settled(context, data)
    from nadzor.actions.shred_bodies import shred_bodies
    from nadzor.journal.bodies import Shelf
    from nadzor.people.queries import CONSOLE

    done = shred_bodies(home, Shelf(installation, month), by=CONSOLE, because=because, now=clock.now())
    show(done, as_json=as_json, title="Destroyed")
