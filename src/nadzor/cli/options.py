# SPDX-License-Identifier: Apache-2.0
"""Options that many commands share, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", help="Data directory.", envvar="NADZOR_HOME")]
Reads = Annotated[
    Path | None,
    typer.Option(
        "--reads", help="Directory of model_<name>_scores.csv, radiologist_*.csv, reference_standard.csv."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

DEFAULT_HOME = Path("nadzor-home")
