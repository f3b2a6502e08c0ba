# SPDX-License-Identifier: Apache-2.0
"""`nadzor monitoring`: what is due when, what was filed, and a year's report drawn from the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import out, print_json, print_table

app = typer.Typer(help="Clinical monitoring of class 3 devices.", no_args_is_help=True)

Device = Annotated[str | None, typer.Option("--device", help="Only this device, by its code.")]


@app.command("schedule")
def schedule(
    context: typer.Context, device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Every report of every device: its year, its last day, the day to warn, and what is not known."""
    settled(context, data)
    rows = [_day(row) for row in _reports(device)]
    if as_json:
        print_json(rows)
        return
    shown = [row | {"why": (row["why"] or {}).get("en", "")} for row in rows]
    print_table(shown, title="Clinical monitoring: last days")


@app.command("status")
def status(
    context: typer.Context, device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """How each report stands; exit 1 when one is missing."""
    settled(context, data)
    found = _reports(device)
    rows = [
        {
            "device": row.device, "year": row.day.year, "due": row.day.due, "state": row.state or "not open",
            "filed": row.filed_on, "editions": row.editions, "missing": row.missing, "late": row.late,
            "before": row.before, "open_question": row.day.open,
        }
        for row in found
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    else:
        print_table(rows, title="Clinical monitoring: reports")
    raise typer.Exit(1 if any(row.missing for row in found) else 0)


@app.command("draft")
def draft(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Device code in the register.")],
    year: Annotated[int, typer.Option("--year", help="The calendar year reported on.")],
    into: Annotated[Path | None, typer.Option("--out", help="Directory for JSON, CSV and XLSX.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Draw a year's report from the data and print its hash; nothing is kept or filed."""
    home = settled(context, data)
    from nadzor.actions.draft_monitoring import newest_at, report_of_year
    from nadzor.people.queries import CONSOLE
    from nadzor.statutory.monitoring_report import body, digest
    from nadzor.vigilance.monitoring import seen_device

    card = seen_device(CONSOLE, device)
    report = report_of_year(card, year, known=newest_at(home, clock.now()))
    told = {"device": device, "year": year, "known_by": report.known_by, "hash": digest(body(report), {})}
    if into is not None:
        _write(into, report)
    if as_json:
        print_json({**told, "report": body(report)})
        return
    out.print(f"{device} {year}, known by {report.known_by}: {told['hash']}")
    rows = [{"section": f.section, "what": f.key, "part": f.part, "version": f.version, "finding": f.finding,
             "n": f.n, "of": f.of, "estimate": f.estimate.value if f.estimate else None}
            for f in report.figures]  # fmt: skip
    print_table(rows, title="Figures")


def _write(into: Path, report: Any) -> None:
    from nadzor.base.durable import write_atomic
    from nadzor.statutory.monitoring_files import FILES

    into.mkdir(parents=True, exist_ok=True)
    for kind, (render, _) in FILES.items():
        write_atomic(into / f"{report.device.code}-{report.year}.{kind}", render(report, {}, "ru"))


def _reports(device: str | None) -> list[Any]:
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.monitoring import reports

    found = reports(CONSOLE, today=clock.today())
    return sorted(
        (row for row in found if device in (None, row.device)), key=lambda row: (row.device, row.day.year)
    )


def _day(row: Any) -> dict[str, Any]:
    day = row.day
    return {
        "device": row.device, "year": day.year, "due": day.due, "warn": day.warn,
        "open_question": day.open, "missing_norm": day.missing,
        "why": {"ru": day.why.ru, "en": day.why.en} if day.why else None,
    }  # fmt: skip
