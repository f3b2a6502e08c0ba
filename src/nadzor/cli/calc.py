# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc NAME`: any statistic or Merkle proof from figures as JSON, to recompute it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nadzor.base.problems import Refusal
from nadzor.cli.options import AsJson
from nadzor.cli.output import print_json, show

LARGEST_BYTES: Final = 256 * 2**20  # ten million scores; more is decoded into more memory than a laptop has


def calc(
    name: Annotated[
        str | None, typer.Argument(help="Which statistic or proof; without it, the list.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Read the figures from this file, not standard input.")
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of the input; `answer` holds the output's."),
    ] = False,
    known: Annotated[
        bool, typer.Option("--list", help="List what can be computed, and by which method.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read figures as JSON from standard input or a file; print the answer, always as JSON."""
    from nadzor.detect.calc.registry import calculate
    from nadzor.receipts.cases import PROOFS, check_case

    if known or name is None:
        show(_listed(), as_json=as_json, title="Statistics and proofs")
    elif schema:
        print_json(_schema(name))
    else:
        told = _figures(name, file)
        print_json(check_case(name, told) if name in PROOFS else calculate(name, told))


def _listed() -> list[dict[str, str]]:
    from nadzor.detect.calc.registry import statistics
    from nadzor.receipts.cases import PROOFS

    proofs = [{"name": one.name, "what": one.what, "method": "RFC 9162"} for one in PROOFS.values()]
    return [
        {"name": one.name, "what": one.what, "method": one.method} for one in statistics().values()
    ] + proofs


def _schema(name: str) -> dict[str, Any]:
    from nadzor.detect.calc.registry import answer_schema, input_schema
    from nadzor.receipts.cases import PROOFS, answer_case_schema, case_schema

    if name in PROOFS:
        return case_schema(name) | {"answer": answer_case_schema()}
    return input_schema(name) | {"answer": answer_schema(name)}


def _figures(name: str, file: Path | None) -> bytes:
    """What the file or standard input holds.

    Raises: Refusal `calc.too-large`.
    """
    with file.open("rb") if file else nullcontext(sys.stdin.buffer) as opened:
        told = opened.read(LARGEST_BYTES + 1)
    if len(told) > LARGEST_BYTES:
        raise Refusal("calc.too-large", at=name, limit_mib=LARGEST_BYTES // 2**20)
    return told
