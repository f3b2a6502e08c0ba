# SPDX-License-Identifier: Apache-2.0
"""`nadzor demo`: the whole path on one machine, from what real models said to what an inspector sees."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.cli.frame import Frame, frame
from nadzor.cli.options import AsJson, Data, Reads
from nadzor.cli.output import err, out, print_facts, print_json, print_table, progress
from nadzor.cli.serve import Port, addressed

DEMO_HOME = Path("demo-home")
SHARED_READS = Path("../shared/real-ai-reads")
RELEASED = 3  # months whose public tables a demonstration shows
SHOWN = "ai-032"  # the device of the demonstration's maker


class Summary(Struct, frozen=True, kw_only=True):
    """What the demo did, printed as a table or as JSON."""

    data: str
    reads: str
    reads_are_real: bool
    portal: str
    gateway: str
    devices: int
    installations: int
    replay: Any
    nation: Any
    bad_day: Any
    event_sent: int
    status: Any
    filings: dict[str, int]
    adverse_events: dict[str, int]
    warnings: int
    signals: dict[str, int]
    releases: int
    month: Any
    performance: list[Any]


def demo(
    context: typer.Context,
    data: Data = DEMO_HOME,
    reads: Reads = None,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Do the work, print the summary, open no door.")
    ] = False,
    days: Annotated[int, typer.Option(min=0, max=730, help="Days of simulated history; 0 for none.")] = 190,
    seed: Annotated[int, typer.Option(help="Seed of the simulated nation.")] = 20261121,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Fill a register, send real reads and a simulated nation's history, find, show, serve."""
    house = frame(context)
    from nadzor.actions.create_home import create_home

    home = addressed(create_home(data, practice=True, second_factor=False), port)
    if not no_serve:
        house.must_be_free(home, only=frozenset())  # said now, not after the work
    staff = _furnish(house, home)
    with _reads_directory(reads) as (directory, real):
        summary = _run(house, home, directory, real=real, days=days, seed=seed)
    if as_json:
        print_json(summary)
    else:
        _print(summary, staff)
    if not no_serve:
        err.print(f"\nOpen {home.settings.portal_url} (stop with Ctrl+C)")
        raise typer.Exit(house.serve(home, only=frozenset(), workers=1))


def _furnish(house: Frame, home: Home) -> list[Any]:
    house.settle(home)
    from nadzor.actions.create_staff import create_staff
    from nadzor.actions.furnish_filings import furnish_filings
    from nadzor.actions.import_register import DEMO_REGISTER, import_register
    from nadzor.people.queries import CONSOLE

    staff = create_staff(now=clock.now())
    import_register(DEMO_REGISTER, by=CONSOLE, now=clock.now())
    furnish_filings(home, now=clock.now())
    return staff


@contextmanager
def _reads_directory(reads: Path | None) -> Iterator[tuple[Path, bool]]:
    """The directory asked for, else the shared real reads, else simulated ones; and whether they are real."""
    if reads is not None or SHARED_READS.is_dir():
        yield reads or SHARED_READS, True
        return
    from nadzor.simulate.reads import write_reads

    err.print("No real reads found: running on simulated reads.")
    with tempfile.TemporaryDirectory() as made:
        write_reads(Path(made), seed=1)
        yield Path(made), False


def _run(house: Frame, home: Home, directory: Path, *, real: bool, days: int, seed: int) -> Summary:
    from nadzor.actions.furnish_delivery import furnish_delivery
    from nadzor.actions.furnish_gate import furnish_gate
    from nadzor.actions.furnish_vigilance import send_wire_event
    from nadzor.actions.replay_reads import replay_reads
    from nadzor.actions.send_nation import send_nation
    from nadzor.simulate.read_directory import read_directory

    found = read_directory(directory)
    with house.gateway(home) as address, progress() as bar:
        replay = replay_reads(home, found, gateway=address, now=clock.now(), bar=bar)
        nation = send_nation(home, seed=seed, days=days, gateway=address, now=clock.now(), bar=bar)
        furnish_gate(home, gateway=address, now=clock.now())
        room = home.spool / "nation" / f"{SHOWN}-0"
        bad_day = furnish_delivery(home, room, device=SHOWN, gateway=address, now=clock.now())
        event_sent = send_wire_event(home, room, device=SHOWN, gateway=address, now=clock.now())
    figures = _find(home)
    return Summary(
        data=str(home.root),
        reads=str(directory) if real else "simulated",
        reads_are_real=real,
        portal=home.settings.portal_url,
        gateway=home.settings.public_url,
        nation=nation,
        bad_day=bad_day,
        event_sent=event_sent,
        replay=replay,
        **figures,
    )


def _find(home: Home) -> dict[str, Any]:
    from nadzor.actions.build_month import build_month
    from nadzor.actions.furnish_cases import furnish_cases
    from nadzor.actions.furnish_clinic import furnish_clinic
    from nadzor.actions.furnish_monitoring import furnish_monitoring
    from nadzor.actions.furnish_vigilance import furnish_vigilance, lead_to_events
    from nadzor.actions.measure_performance import measure_performance
    from nadzor.actions.note_transmission import note_transmission
    from nadzor.actions.publish_release import publish_due
    from nadzor.actions.raise_signals import raise_signals
    from nadzor.actions.report_status import report_status
    from nadzor.actions.roll_up_day import roll_up_day
    from nadzor.people.queries import CONSOLE
    from nadzor.register import filings
    from nadzor.register import queries as register
    from nadzor.vigilance import queries as vigilance

    with progress() as bar:
        steps = bar.add_task("load, roll up, detect, month, publish", total=6)
        roll_up_day(home, now=clock.now())
        note_transmission(home, now=clock.now())
        furnish_clinic(home, now=clock.now())
        bar.advance(steps)
        raise_signals(home, now=clock.now())
        events = furnish_vigilance(home, now=clock.now())
        furnish_cases(home, now=clock.now())
        warnings = lead_to_events(home, now=clock.now())
        bar.advance(steps)
        furnish_monitoring(home, now=clock.now())
        bar.advance(steps)
        month = build_month(home, Month.of(clock.today()).previous(), now=clock.now())
        bar.advance(steps)
        performance = measure_performance(home)
        bar.advance(steps)
        released = publish_due(home, now=clock.now(), back=RELEASED)
        bar.advance(steps)
    counts = register.counts()
    return {
        "devices": counts.devices,
        "installations": counts.installations,
        "filings": filings.filings(CONSOLE, today=clock.today(), open_only=False, limit=1).by_stage,
        "adverse_events": events,
        "warnings": warnings,
        "signals": vigilance.counts_by_detector(),
        "releases": sum(card.published_at is not None for card in released),
        "month": month,
        "performance": performance,
        "status": report_status(home),
    }


def _print(summary: Summary, staff: list[Any]) -> None:
    from nadzor.actions.admit_model import MODELS

    status = summary.status
    print_facts(
        {
            "devices": summary.devices,
            "installations": summary.installations,
            "batches": status.batches,
            "events": status.events,
            "accepted / duplicate / rejected": f"{status.accepted} / {status.duplicate} / {status.rejected}",
            "log": f"{status.tree_size} leaves, root {status.root[:16]}…",
            "filings": summary.filings,
            "adverse events": summary.adverse_events,
            "warnings to clinics": summary.warnings,
            "signals": summary.signals,
            "public tables": summary.releases,
            "reads": summary.reads,
        },
        title="nadzor demo",
    )
    shown = [row for row in summary.performance if row.code.startswith(MODELS)]
    print_table(
        [
            {"device": row.device, "finding": row.finding, "n": row.n, "AUC": row.auc, "interval": row.auc_ci}
            for row in shown
        ],
        title="Accuracy of the models read, from rollups alone",
    )
    if staff:
        accounts = [{"account": one.username, "role": one.role, "password": one.password} for one in staff]
        print_table(accounts, title="Accounts")
    else:
        out.print(f"Accounts are as before; a lost password: nadzor account reset NAME --data {summary.data}")
    out.print(f"Check the whole record:  nadzor verify journal --data {summary.data}")
