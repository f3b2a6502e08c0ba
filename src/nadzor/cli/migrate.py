# SPDX-License-Identifier: Apache-2.0
"""`nadzor migrate`: bring the register to this release before the doors do, or see what that would run."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base.home import Home
from nadzor.cli.frame import frame, settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import out, show


def migrate(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the SQL and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apply what this release adds to the register; the register as it was is kept beside it."""
    if dry_run:
        sql = frame(context).planned(Home.open(data))
        out.print(sql or "-- nothing to do", markup=False)
        return
    home = settled(context, data)
    show({"register": str(home.database), "state": "of this release"}, as_json=as_json, title="Register")
