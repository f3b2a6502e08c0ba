# SPDX-License-Identifier: Apache-2.0
"""`nadzor bench`: each budget of the design, measured beside the machine's own limit in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.cli.frame import frame
from nadzor.cli.options import AsJson
from nadzor.cli.output import show


def bench(
    context: typer.Context,
    families: Annotated[
        list[str] | None,
        typer.Argument(help="Families: sdk, gateway, otlp, rollup, detect, month, backup; all when none."),
    ] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help="The same, as an option. Repeatable.")] = None,
    quick: Annotated[
        bool, typer.Option(help="A tenth of the work: to see that it runs, not to quote.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Append the table to this Markdown file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure and print ratios; the machine is noisy, so read ratios, not third digits."""
    figures, table = frame(context).measure([*(families or ()), *(only or ())], quick=quick)
    show(figures, as_json=as_json, title="Budgets")
    if out is not None:
        with out.open("a", encoding="utf-8") as page:
            page.write(table)
