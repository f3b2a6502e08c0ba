# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc NAME`: any statistic of ours from figures on standard input, for an expert to recompute."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nadzor.cli.options import AsJson
from nadzor.cli.output import print_json, show


def calc(
    name: Annotated[str | None, typer.Argument(help="Which statistic; without it, the list.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the figures as JSON on standard input and print the result, always as JSON."""
    from nadzor.detect.calc import STATISTICS, calculate, input_schema

    if name is None:
        known = [{"name": one.name, "what": one.what} for one in STATISTICS.values()]
        show(known, as_json=as_json, title="Statistics")
    elif schema:
        print_json(input_schema(name))
    else:
        print_json(calculate(name, sys.stdin.buffer.read()))
