# SPDX-License-Identifier: Apache-2.0
"""`nadzor verify`: check a receipt, a bundle, a journal, with no network and no trust in whoever keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from nadzor.base.directory import KeyEntry, holders, open_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.cli.audit import audit, audit_bundle
from nadzor.cli.options import AsJson, Data
from nadzor.cli.output import out, print_facts, print_json, refuse, show
from nadzor_wire.note import NoteError, parse_vkey
from nadzor_wire.receipt import Receipt, ReceiptError, assurance, decode_receipt, verify_receipt
from nadzor_wire.succession import open_succession

app = typer.Typer(help="Verify a receipt, a proof bundle or a journal offline.", no_args_is_help=True)
app.command("audit")(audit)
app.command("audit-bundle")(audit_bundle)

ASSURANCES = {
    "A": "signed by the installation's key",
    "B": "forwarded under a bearer token; nobody has signed the events",
}

LogKey = Annotated[
    str | None, typer.Option("--key", help="The log's public key: its text, or a file that holds it.")
]
OptionalData = Annotated[
    Path | None, typer.Option("--data", help="Data directory whose log key is used when --key is absent.")
]


@app.command("receipt")
def receipt(file: Path, key: LogKey = None, data: OptionalData = None, as_json: AsJson = False) -> None:
    """Check that a receipt's leaf is in the log under a checkpoint that the log signed."""
    vkey = _readable(_log_key(key, data, beside=file))
    found = _read_receipt(file)
    try:
        checkpoint = verify_receipt(found, vkey)
    except ReceiptError as error:
        _report({"valid": False, "reason": str(error)}, as_json=as_json)
        raise typer.Exit(1) from error
    level = assurance(found.leaf)
    _report(
        {
            "valid": True,
            "index": found.index,
            "size": checkpoint.size,
            "origin": checkpoint.origin,
            "assurance": f"{level}: {ASSURANCES[level]}",
            "leaf": found.leaf,
        },
        as_json=as_json,
    )


@app.command("bundle")
def bundle(
    file: Path,
    key: LogKey = None,
    data: OptionalData = None,
    directory_key: Annotated[
        str | None, typer.Option(help="The directory's public key (base64), when it is known beforehand.")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="Key of a witness that must have cosigned; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof bundle: every signature, proof, digest and figure; exit 1 when one does not hold."""
    from nadzor.detect.calc.registry import calculate
    from nadzor.receipts.bundle import BundleError
    from nadzor.receipts.bundle_check import Pins, verify_bundle

    vkey = _readable(_log_key(key, data, beside=file))
    pins = Pins(vkey=vkey, directory_key=directory_key, witnesses=tuple(witness or ()))
    try:
        report = verify_bundle(_read_file(file, "bundle.unreadable"), pins, calculate=calculate)
    except BundleError as error:
        _report({"valid": False, "reason": str(error)}, as_json=as_json)
        raise typer.Exit(1) from error
    _report({"valid": True} | msgspec.to_builtins(report), as_json=as_json)


@app.command("case")
def case(
    file: Path,
    key: LogKey = None,
    data: OptionalData = None,
    directory_key: Annotated[
        str | None, typer.Option(help="The directory's public key (base64), when it is known beforehand.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the bundle of a case: seal, steps, digests, figures, deeds, batches; exit 1 when one fails."""
    from nadzor.detect.calc.registry import calculate
    from nadzor.receipts.bundle import BundleError
    from nadzor.records.case_bundle import verify_case

    vkey = _readable(_log_key(key, data, beside=file))
    raw = _read_file(file, "bundle.unreadable")
    try:
        report = verify_case(raw, vkey, calculate=calculate, directory_key=directory_key)
    except BundleError as error:
        _report({"valid": False, "reason": str(error)}, as_json=as_json)
        raise typer.Exit(1) from error
    _report({"valid": True} | msgspec.to_builtins(report), as_json=as_json)


@app.command("succession")
def succession(file: Path, key: LogKey = None, data: OptionalData = None, as_json: AsJson = False) -> None:
    """Check a statement that another log goes on where the log of a key ended; exit 1 when it fails."""
    pinned = _readable(_log_key(key, data, beside=file))
    try:
        told = open_succession(_read_file(file, "receipt.unreadable").decode("utf-8", "replace"), pinned)
    except NoteError as error:
        _report({"valid": False, "reason": str(error)}, as_json=as_json)
        raise typer.Exit(1) from error
    ended = {"former": told.former, "size": told.size, "root": told.root.hex(), "next": told.next}
    _report({"valid": True, **ended}, as_json=as_json)


@app.command("journal")
def journal(
    data: Data,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="The log of test streams instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute leaves, bodies, signatures, tree, checkpoints, tiles; exit 1 when any is wrong or lost."""
    from nadzor.journal.bodies import BodyKeys
    from nadzor.journal.tile_check import find_tile_faults
    from nadzor.journal.verify import verify_journal

    home = Home.open(data)
    if not sandbox:
        _must_not_be_lost(home, as_json=as_json)
    log = home.sandbox() if sandbox else home.log
    keys = BodyKeys(log.body_keys)
    faults = verify_journal(log, log.vkey, body_keys=keys, publics=_publics(home))
    faults += find_tile_faults(log)
    show(faults, as_json=as_json, title="Faults")
    raise typer.Exit(1 if faults else 0)


@app.command("consistency")
def consistency(
    files: Annotated[list[Path], typer.Argument(help="Kept checkpoints (notes) or receipts (JSON).")],
    data: Data,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="The log of test streams instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold old checkpoints and receipts against the log as it is now; exit 1 when it has another history."""
    from nadzor.journal.held import find_contradictions, parse_held

    home = Home.open(data)
    log = home.sandbox() if sandbox else home.log
    held = [parse_held(_read_file(file, "receipt.unreadable"), log.vkey) for file in files]
    faults = find_contradictions(log, held)
    show(faults, as_json=as_json, title="Contradictions")
    raise typer.Exit(1 if faults else 0)


def _publics(home: Home) -> dict[str, KeyEntry]:
    """The keys of installations as last published; none where nothing was."""
    try:
        published = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    except (FileNotFoundError, Refusal):
        return {}
    return {keyid: holder.key for keyid, holder in holders(published).items()}


def _must_not_be_lost(home: Home, *, as_json: bool) -> None:
    """A journal that is shorter than what was loaded from it is a finding, not wrong use."""
    from nadzor.actions.check_journal import check_journal

    try:
        check_journal(home)
    except Refusal as refusal:
        if refusal.code not in ("journal.shorter", "journal.behind"):
            raise
        refuse(refusal, as_json=as_json)
        raise typer.Exit(1) from refusal


def _read_file(file: Path, code: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(code, at=str(file)) from error


def _read_receipt(file: Path) -> Receipt:
    try:
        return decode_receipt(file.read_bytes())
    except (OSError, ReceiptError) as error:
        raise Refusal("receipt.unreadable", at=str(file)) from error


def _log_key(key: str | None, data: Path | None, *, beside: Path) -> str:
    if key:
        path = Path(key)
        return path.read_text(errors="replace").strip() if path.is_file() else key
    if data is not None:
        return Home.open(data).log_vkey
    if (pinned := beside.parent / "log.vkey").is_file():
        return pinned.read_text(errors="replace").strip()
    raise Refusal("receipt.no-key")


def _readable(vkey: str) -> str:
    """A key that cannot be read is wrong use, not a receipt that fails."""
    try:
        parse_vkey(vkey)
    except NoteError as error:
        raise Refusal("receipt.key-malformed") from error
    return vkey


def _report(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    out.print("valid" if facts["valid"] else "[bold red]NOT VALID[/]")
    print_facts({name: value for name, value in facts.items() if name != "valid"})
