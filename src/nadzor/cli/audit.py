# SPDX-License-Identifier: Apache-2.0
"""`nadzor verify audit` and `audit-bundle`: deeds and readings against their tree, in a house or without."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import out, print_facts, print_json, print_table
from nadzor_wire.note import NoteError, parse_vkey

Kept = Annotated[
    list[Path] | None, typer.Option("--kept", help="A checkpoint of the audit kept outside; may be repeated.")
]
Key = Annotated[str, typer.Option("--key", help="The audit's public key: its text, or a file that holds it.")]


def audit(
    context: typer.Context, data: Data = DEFAULT_HOME, kept: Kept = None, as_json: AsJson = False
) -> None:
    """Recompute chain, tree, seals and tiles of deeds and readings; exit 1 when any does not hold."""
    home = settled(context, data)
    from nadzor.actions.verify_audit import verify_audit

    found = verify_audit(home, kept=[_text(file) for file in kept or ()])
    if as_json:
        print_json(found)
    else:
        told = {name: getattr(found, name) for name in ("deeds", "size", "root", "seals", "waiting")}
        print_facts(told, title="Audit")
        print_table([msgspec.to_builtins(fault) for fault in found.faults], title="Faults")
    raise typer.Exit(1 if found.faults else 0)


def audit_bundle(
    file: Path,
    key: Key,
    witness: Annotated[
        list[str] | None, typer.Option(help="Key of a witness that must have cosigned; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check deeds and readings that were handed over: no network, no house; exit 1 when one does not hold."""
    from nadzor.receipts.audit_bundle import verify_audit_bundle
    from nadzor.receipts.bundle import BundleError

    try:
        found = verify_audit_bundle(_bytes(file), _vkey(key), witnesses=tuple(witness or ()))
    except BundleError as error:
        _say({"valid": False, "reason": str(error)}, as_json=as_json)
        raise typer.Exit(1) from error
    _say({"valid": True} | msgspec.to_builtins(found), as_json=as_json)


def _say(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    out.print("valid" if facts["valid"] else "[bold red]NOT VALID[/]")
    print_facts({name: value for name, value in facts.items() if name != "valid"})


def _vkey(key: str) -> str:
    path = Path(key)
    text = path.read_text(errors="replace").strip() if path.is_file() else key
    try:
        parse_vkey(text)
    except NoteError as error:
        raise Refusal("receipt.key-malformed") from error
    return text


def _text(file: Path) -> str:
    return _bytes(file).decode("utf-8", errors="replace")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal("bundle.unreadable", at=str(file)) from error
