# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc NAME`: any statistic or Merkle proof from figures on standard input, to recompute it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nadzor.cli.options import AsJson
from nadzor.cli.output import print_json, show


def calc(
    name: Annotated[
        str | None, typer.Argument(help="Which statistic or proof; without it, the list.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the figures as JSON on standard input and print the result, always as JSON."""
    from nadzor.detect.calc.registry import calculate, input_schema, statistics
    from nadzor.receipts.cases import PROOFS, case_schema, check_case

    if name is None:
        known = [{"name": one.name, "what": one.what} for one in (*statistics().values(), *PROOFS.values())]
        show(known, as_json=as_json, title="Statistics and proofs")
    elif schema:
        print_json(case_schema(name) if name in PROOFS else input_schema(name))
    else:
        told = sys.stdin.buffer.read()
        print_json(check_case(name, told) if name in PROOFS else calculate(name, told))
