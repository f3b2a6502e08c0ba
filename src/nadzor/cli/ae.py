# SPDX-License-Identifier: Apache-2.0
"""`nadzor ae`: import reports of adverse events, count how late they were, find duplicates, export."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import to_builtins

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import err, print_facts, print_json, print_table, show

if TYPE_CHECKING:
    from nadzor.actions.import_events import ImportReport

SHOWN: int = 20
app = typer.Typer(help="Adverse events: import, lateness, quality, duplicates, export.", no_args_is_help=True)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or JSON with report_id, …")],
    source: Annotated[str, typer.Option(help="Whose numbers these are, if senders number alike.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Keep the good rows and name each bad one.

    Exit code 0: every row is kept or known; 1: some rows were refused; 2: nothing could be read.
    """
    home = settled(context, data)
    from nadzor.actions.import_events import import_events
    from nadzor.people.queries import CONSOLE

    report = import_events(home, file, by=CONSOLE, now=clock.now(), source=source)
    print_json(report) if as_json else _print_import(report)
    if report.refused:
        raise typer.Exit(1)


@app.command("lateness")
def lateness(
    context: typer.Context,
    device: Annotated[str, typer.Option(help="Only reports on this device.")] = "",
    since: Annotated[str, typer.Option(help="Received from this day on (YYYY-MM-DD).")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """How late reports were: days from becoming aware to receipt; contradictory and undated ones apart."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.event_scope import Wanted
    from nadzor.vigilance.lateness_ledger import ledger

    found = ledger(CONSOLE, Wanted(device=_known(device), since=_day(since) if since else None))
    if as_json:
        print_json(found)
        return
    plain = to_builtins(found)
    groups = {name: plain.pop(name) for name in ("by_device", "by_maker")}
    print_facts(plain, title="Lateness of reports")
    for name, rows in groups.items():
        cells = [{"code": row["code"] or None} | _narrow(row["lateness"]) for row in rows]
        print_table(cells[:SHOWN], title=name.replace("_", " "))


@app.command("quality")
def quality(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of an event; without it, all are summed up.")] = "",
    device: Annotated[str, typer.Option(help="Only reports on this device.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """How complete reports are, and what to add.  Complete is not true."""
    settled(context, data)
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.event_scope import Wanted
    from nadzor.vigilance.quality_ledger import completeness, quality_of

    if number:
        one = quality_of(CONSOLE, number)
        parts = [{"part": each.label.en, "factor": each.factor, "add": each.add and each.add.en}
                 for each in one.parts]  # fmt: skip
        print_json(one) if as_json else print_table(parts, title=f"{number}: {one.value}")
        return
    found = completeness(CONSOLE, Wanted(device=_known(device)))
    if as_json:
        print_json(found)
        return
    print_facts({"n": found.n, "median": found.median, "below 0.3": found.below_0_3}, title="Completeness")
    print_table([{"missing": each.en, "reports": each.n} for each in found.missing], title="What is missing")


@app.command("duplicates")
def duplicates(
    context: typer.Context,
    anew: Annotated[bool, typer.Option("--anew", help="Compare also when nothing is new.")] = False,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Compare events, propose pairs that may be one, and list those that wait for a person."""
    home = settled(context, data)
    from nadzor.actions.find_duplicates import find_duplicates
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.duplicates import likely_pairs, waiting_pairs

    done = find_duplicates(home, now=clock.now(), anew=anew)
    waiting, found = waiting_pairs(CONSOLE), likely_pairs(CONSOLE)
    if as_json:
        print_json({"found": done, "waiting": waiting, "pairs": found})
        return
    print_facts({**to_builtins(done), "waiting": waiting}, title="Comparison of events")
    rows = [
        {"first": each.first.number, "second": each.second.number, "probability": each.probability,
         "agrees": ", ".join(name for name, fate in each.compared.items() if fate == "agrees")}
        for each in found[:SHOWN]
    ]  # fmt: skip
    print_table(rows, title="Pairs that wait for a person")


@app.command("export")
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="The file to write.")],
    format: Annotated[str, typer.Option(help="json, csv, xlsx, fhir, fhir-ndjson or mir.")] = "csv",
    device: Annotated[str, typer.Option(help="Only events of this device.")] = "",
    since: Annotated[str, typer.Option(help="Received from this day on (YYYY-MM-DD).")] = "",
    lang: Annotated[str, typer.Option(help="ru or en: headings and names of codes.")] = "ru",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write events as JSON, CSV, XLSX, FHIR R5 or MIR-shaped XML; held narratives stay here."""
    settled(context, data)
    from nadzor.actions.export_events import export_events
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance.event_scope import Wanted

    wanted = Wanted(device=_known(device), since=_day(since) if since else None)
    made = export_events(CONSOLE, wanted, format, lang, now=clock.now())
    with out.open("wb") as page:
        size = sum(page.write(part) for part in made.chunks)
    show({"file": str(out), "format": format, "bytes": size}, as_json=as_json, title="Export")


def _narrow(row: dict[str, Any]) -> dict[str, Any]:
    """What of a ledger fits beside a code on a screen."""
    names = {"n": "n", "dated": "dated", "median": "median_lag_days", ">30": "over_30", ">180": "over_180"}
    return {short: row[name] for short, name in names.items()}


def _print_import(report: ImportReport) -> None:
    counts = (
        "rows", "kept", "known", "differing", "refused", "linked", "unlinked", "undated", "contradictory",
        "codes_unknown", "held",
    )  # fmt: skip
    show({name: getattr(report, name) for name in counts}, as_json=False, title=f"Import of {report.file}")
    if report.ignored_columns:
        err.print(f"ignored columns: {', '.join(report.ignored_columns)}", markup=False)
    for words, title in ((report.errors, "Refused rows"), (report.notes, "Notes")):
        rows = [{"row": each.row, "report": each.report_id, "at": each.at, "what": each.en} for each in words]
        if rows:
            print_table(rows[:SHOWN], title=f"{title} ({len(rows)})")


def _known(device: str) -> str:
    """The code asked for; a misspelt one is refused, because no reports at all would read as an answer."""
    from nadzor.register import queries as register

    return register.device(device).code if device else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("ae.day") from None
