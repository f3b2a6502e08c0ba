# SPDX-License-Identifier: Apache-2.0
"""`nadzor claims`: every declared figure, what labels can substantiate of it, and what they show."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, print_table


def claims(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    device: Annotated[str | None, typer.Option(help="Device code; all devices by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Declared figures by version: consistent, contradicted or untestable, and when they can be tested."""
    home = settled(context, data)
    from nadzor.actions.claim_check import claim_standings

    found = claim_standings(home, today=clock.today(), device=device)
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "device": each.verdict.claim.device,
            "version": each.verdict.version,
            "finding": each.verdict.claim.finding,
            "metric": each.verdict.claim.metric,
            "declared": each.verdict.claim.value,
            "measured": each.verdict.estimate.estimate if each.verdict.estimate else None,
            "cases": each.verdict.cases,
            "verdict": each.verdict.outcome,
            "days left": each.outlook.days_left,
            "lost": each.lost,
        }
        for each in found
    ]
    print_table(rows, title="Claims")
