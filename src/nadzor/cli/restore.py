# SPDX-License-Identifier: Apache-2.0
"""`nadzor restore`: put a house back into an empty directory, prove it, open it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.chosen_first import ChosenFirst
from nadzor.cli.frame import settled
from nadzor.cli.options import AsJson, Data
from nadzor.cli.output import err, progress, show
from nadzor.journal.bodies import Shelf

app = typer.Typer(cls=ChosenFirst.of("put"), help="Put a house back and open it.", no_args_is_help=True)
_SHELF = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,63})/(20[0-9]{2}-(?:0[1-9]|1[0-2]))")
_SHOWN_TO_PEOPLE = (
    "One key signed what is gone; the log goes on under another. Give makers and witnesses the statement of "
    "succession: `python -m nadzor_sdk pin --credential FILE --succession NOTE` checks both signatures."
)
_BY_HAND = (
    "One key signed what is gone; the log goes on under another, and the former private key was not at hand: "
    "there is no statement of succession. Publish the new key in two places; whoever runs an SDK compares "
    "them and pins it by `python -m nadzor_sdk pin --credential FILE --key KEY`. Until then batches wait."
)
_KEYLESS = (
    "The key file is older than the key of the audit: {rows} sealed rows of the log of deeds and readings "
    "cannot be proved any more. Look for a newer key file and put back anew before you open."
)


@app.callback()
def restores() -> None:
    """Put a house back and open it."""


@app.command("put")
def put(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A backup, or a directory of backups.")],
    to: Annotated[Path, typer.Argument(help="An empty or new directory.")],
    keys: Annotated[Path, typer.Option("--keys", help="The key file of the house.")],
    passphrase_file: Annotated[
        list[Path] | None, typer.Option("--passphrase-file", help="As when the key file was made.")
    ] = None,
    recipient_key: Annotated[
        Path | None, typer.Option("--recipient-key", help="PEM file of the X25519 private key.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Open every body and replay every ledger as well.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A later checkpoint or receipt of this log: says how many leaves are missing."),
    ] = None,
    shred: Annotated[
        list[str] | None,
        typer.Option(help="INSTALLATION/YYYY-MM destroyed after the backup. Repeatable."),
    ] = None,
    journal: Annotated[
        str, typer.Option(help="Empty PostgreSQL database for the journal; else it lies in a file.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Copy back, check digests, tree, counts and deeds; the house stays closed until it is opened."""
    from nadzor.actions.copies.key_files import private_half, read_phrases
    from nadzor.actions.copies.put_back import Wanted, restore_backup
    from nadzor.actions.copies.sealed_keys import Opener, open_keys
    from nadzor.actions.copies.shelf import backup_at

    private = private_half(recipient_key) if recipient_key else b""
    opened = open_keys(keys.read_bytes(), Opener(read_phrases(passphrase_file or ()), private))
    later = checkpoint.read_bytes() if checkpoint else None
    shelves = tuple(_shelf(text) for text in shred or ())
    wanted = Wanted(full=verify, later=later, shred=shelves, journal_url=journal)
    with progress() as bar:
        done = restore_backup(
            backup_at(source.absolute()), to, opened, now=clock.now(), wanted=wanted, bar=bar
        )
    told = {name: getattr(done, name) for name in done.__struct_fields__ if name != "settings"}
    told["next"] = f"nadzor restore open --data {to} --because ..."
    if done.unprovable:
        err.print(_KEYLESS.format(rows=done.unprovable))
    show(told, as_json=as_json, title="Restored, and still closed")


@app.command("open")
def open_house(
    context: typer.Context,
    data: Data,
    because: Annotated[str, typer.Option(help="Who decided it and why; written into the chain of deeds.")],
    as_json: AsJson = False,
) -> None:
    """Let a restored house begin: its log under a new key, all sessions ended, tokens revoked, lake anew."""
    from nadzor.actions.copies.open_again import open_restored

    done = open_restored(data, by="console", because=because, now=clock.now())
    home = settled(context, data)
    from nadzor.actions.roll_up_day import roll_up_day

    roll_up_day(home, now=clock.now())
    if done.former:
        err.print(_SHOWN_TO_PEOPLE if done.succession else _BY_HAND)
    show(done, as_json=as_json, title="Open")


def _shelf(text: str) -> Shelf:
    named = _SHELF.fullmatch(text)
    if named is None:
        raise typer.BadParameter("INSTALLATION/YYYY-MM", param_hint="--shred")
    return Shelf(named[1], named[2])
