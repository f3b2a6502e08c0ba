# SPDX-License-Identifier: Apache-2.0
"""`nadzor gate`: how far a device came at the transmission gate, its test, its certificate, our outages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import out, print_facts, print_json, print_table, show
from nadzor_wire.note import NoteError, parse_vkey, vkey

app = typer.Typer(help="The gate of automatic transmission.", no_args_is_help=True)

Device = Annotated[str, typer.Argument(help="Device code in the register.")]
GateKey = Annotated[
    str | None, typer.Option("--key", help="The house's key for certificates: its text, or a file.")
]
OptionalData = Annotated[
    Path | None, typer.Option("--data", help="Data directory whose key is used when --key is absent.")
]


@app.command("status")
def status(
    context: typer.Context, device: Device, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """The state, the certificate, the months received, and what to do next."""
    settled(context, data)
    from nadzor.register import gate, queries

    card = gate.gate(queries.device(device).code, today=clock.today())
    if as_json:
        print_json(card)
        return
    given = card.certificate
    facts = {
        "state": card.state or "undeclared",
        "since": card.changed_at,
        "certificate": f"{given.number} of {given.at:%Y-%m-%d}, version {given.version}" if given else None,
        "next": card.next.en,
    }
    print_facts(facts, title=f"Transmission gate of {device}")
    months = [
        {"month": str(each.month), "received": each.received, "why": each.why.en} for each in card.months
    ]
    print_table(months, title="Months")


@app.command("test")
def test(
    context: typer.Context,
    device: Device,
    keep: Annotated[Path | None, typer.Option("--out", help="File for the signed record.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Run the conformance test on the device's sandbox stream; exit 1 when it is not passed."""
    home = settled(context, data)
    from nadzor.actions.judge_stream import judge_stream
    from nadzor.base.durable import write_atomic
    from nadzor.people.queries import CONSOLE

    record = judge_stream(home, device=device, by=CONSOLE, now=clock.now())
    if keep is not None:
        write_atomic(keep.absolute(), record.note.encode())
    if as_json:
        print_json(record)
    else:
        told = "passed" if record.passed else "NOT PASSED"
        rows = [
            {"check": each.key, "verdict": each.verdict, "advice": "advice" if each.advice else None,
             "saw": each.saw.en, "do": each.do.en if each.verdict != "passed" else None}
            for each in record.checks
        ]  # fmt: skip
        print_table(rows, title=f"Record {record.number}, version {record.version}: {told}")
    raise typer.Exit(0 if record.passed else 1)


@app.command("verify")
def verify(file: Path, key: GateKey = None, data: OptionalData = None, as_json: AsJson = False) -> None:
    """Check a certificate offline; exit 1 when it is not signed by the house's key."""
    from nadzor.receipts.certificate import open_certificate

    public = _key(key, data)
    try:
        told = open_certificate(_text(file), public)
    except Refusal as refusal:
        if refusal.code != "certificate.invalid":
            raise
        show({"valid": False, "reason": "not signed by this key"}, as_json=as_json, title=str(file))
        raise typer.Exit(1) from refusal
    if as_json:
        print_json({"valid": True, "certificate": told})
        return
    out.print("valid")
    show(told, as_json=False)


@app.command("outage")
def outage(
    context: typer.Context,
    began: Annotated[str, typer.Option("--from", help="When it began, with its zone (ISO 8601).")],
    ended: Annotated[str, typer.Option("--to", help="When it ended, with its zone (ISO 8601).")],
    what: Annotated[str, typer.Option(help="What happened; makers and registrars will read it.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Enter hours during which this house could not receive; they never count against a maker."""
    settled(context, data)
    from nadzor.actions.note_outage import note_outage
    from nadzor.people.queries import CONSOLE

    first, last = _moment(began, "--from"), _moment(ended, "--to")
    show(
        note_outage(first, last, what=what, by=CONSOLE, now=clock.now()),
        as_json=as_json,
        title="Outage noted",
    )


def _moment(text: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"not a moment: {text}", param_hint=option) from error


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("certificate.unreadable", at=str(file)) from error


def _key(key: str | None, data: Path | None) -> str:
    """The verifier key that was named, as text, as a file, or by its house."""
    if key is None and data is None:
        raise Refusal("receipt.no-key")
    if key is None:
        name, private = Home.open(data or DEFAULT_HOME).gate_key()
        return vkey(name, private.public_key())
    path = Path(key)
    text = path.read_text(errors="replace").strip() if path.is_file() else key
    try:
        parse_vkey(text)
    except NoteError as error:
        raise Refusal("receipt.key-malformed") from error
    return text
