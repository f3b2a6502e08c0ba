# SPDX-License-Identifier: Apache-2.0
"""`nadzor declare`: a month in sums, as its maker declares it: the template, and the file filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="A month as its maker declares it in sums.", no_args_is_help=True)

Device = Annotated[str, typer.Option(help="Device code in the register.")]
InMonth = Annotated[str, typer.Option("--month", help="The month, like 2026-10.")]


@app.command("template")
def template(
    context: typer.Context,
    device: Device,
    month: InMonth,
    out: Annotated[Path, typer.Option(help="File to write; its ending names the format: json, csv, xlsx.")],
    lang: Annotated[str, typer.Option(help="Language of the headings: ru or en.")] = "ru",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Write the empty form for a device and month."""
    settled(context, data)
    from nadzor.actions.declare_month import declared_template
    from nadzor.base.durable import write_atomic

    body = declared_template(device, _month(month), out.suffix.removeprefix("."), language=lang)
    write_atomic(out, body)
    show({"written": str(out)}, as_json=as_json)


@app.command("file")
def file(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The form, filled in.")],
    device: Device,
    month: InMonth,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Declare a month from a file; every wrong line is named at once, and then nothing of it is taken."""
    home = settled(context, data)
    from nadzor.actions.declare_month import DeclaredFile, declare_month
    from nadzor.people.queries import CONSOLE

    form = path.suffix.removeprefix(".").lower()
    given = DeclaredFile(device, _month(month), form, path.read_bytes())
    card = declare_month(home, given, by=CONSOLE, now=clock.now())
    facts = {"device": card.device, "month": card.month, "digest": card.digest, "rows": len(card.rows)}
    show(facts | {"at": card.at.isoformat(), "stands": card.stands}, as_json=as_json, title="Declared")


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Refusal("declared.month-form") from error
