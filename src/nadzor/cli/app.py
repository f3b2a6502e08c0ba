# SPDX-License-Identifier: Apache-2.0
"""The tree of commands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from nadzor.cli import (
    account,
    ae,
    backup,
    baseline,
    bench,
    budget,
    bundle,
    calc,
    case,
    claims,
    codes,
    declare,
    demo,
    enrol,
    find,
    form,
    forwarder,
    gate,
    journal,
    known,
    law,
    ledger,
    migrate,
    monitor,
    monitoring,
    register,
    release,
    replay,
    report,
    restore,
    retention,
    seam,
    secret,
    serve,
    shred,
    simulate,
    vault,
    verify,
    witness,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nadzor {version('nadzor')}")
        raise typer.Exit


app = typer.Typer(
    name="nadzor",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def nadzor(
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Oversight of medical AI: receives operation data, proves receipt, finds failures and drift."""


app.add_typer(register.app, name="register")
app.add_typer(release.app, name="release")
app.add_typer(seam.app, name="seam")
app.add_typer(codes.app, name="codes")
app.add_typer(case.app, name="case")
app.add_typer(verify.app, name="verify")
app.add_typer(account.app, name="account")
app.add_typer(ae.app, name="ae")
app.add_typer(simulate.app, name="simulate")
app.add_typer(enrol.keys, name="key")
app.add_typer(enrol.tokens, name="token")
app.add_typer(forwarder.app, name="forwarder")
app.add_typer(declare.app, name="declare")
app.add_typer(form.app, name="form")
app.add_typer(known.app, name="known")
app.add_typer(law.app, name="law")
app.add_typer(ledger.app, name="ledger")
app.add_typer(gate.app, name="gate")
app.add_typer(witness.app, name="witness")
app.add_typer(backup.app, name="backup")
app.add_typer(restore.app, name="restore")
app.add_typer(monitoring.app, name="monitoring")
app.add_typer(shred.app, name="shred")
app.add_typer(vault.app, name="vault")
app.add_typer(secret.app, name="secret")
app.command("monitor")(monitor.monitor)
app.command("calc", help="Recompute a statistic from figures alone.")(calc.calc)
app.command("bundle")(bundle.bundle)
app.command("retention")(retention.retention)
app.command("migrate")(migrate.migrate)
app.command("init")(serve.init)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("enrol")(enrol.enrol)
app.command("replay")(replay.replay)
app.command("load")(find.load)
app.command("detect")(find.detect)
app.command("budget")(budget.budget)
app.command("baseline")(baseline.baseline)
app.command("rebuild")(journal.rebuild)
app.command("status")(journal.status)
app.command("receipt")(journal.receipt)
app.command("performance")(report.performance)
app.command("claims")(claims.claims)
app.command("report")(report.report)
app.command("bench")(bench.bench)
