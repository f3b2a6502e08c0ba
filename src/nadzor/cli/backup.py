# SPDX-License-Identifier: Apache-2.0
"""`nadzor backup`: copy a working house, seal its keys apart, see whether a copy is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.durable import write_atomic, write_new
from nadzor.base.home import MOVED, Home
from nadzor.cli.chosen_first import ChosenFirst
from nadzor.cli.frame import frame
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import progress, show

app = typer.Typer(
    cls=ChosenFirst.of("house"), help="Back up a house, its keys; check a backup.", no_args_is_help=True
)

Phrases = Annotated[
    list[Path] | None,
    typer.Option("--passphrase-file", help="File with a pass phrase; twice for two people."),
]


@app.callback()
def backups() -> None:
    """Back up a house, its keys; check a backup."""


@app.command("house")
def house(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(help="Directory of backups; each becomes a directory in it.")],
    data: Data = DEFAULT_HOME,
    with_lake: Annotated[
        bool,
        typer.Option("--with-lake", help="Lake and rollups too; the journal can make them anew."),
    ] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", help="Remove the oldest backups beyond so many.")
    ] = None,
    final: Annotated[
        bool,
        typer.Option("--final", help="The last one: the doors are closed, and the house goes on elsewhere."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy everything but the keys, while the house works; a killed backup is never taken for a whole one."""
    from nadzor.actions.copies.take import Wish, take_backup

    home = Home.open(data)
    wish = Wish(with_lake=with_lake, final=final, keep=keep)
    if final:
        _close_for_good(context, home)
    try:
        with progress() as bar:
            taken = take_backup(home, to.absolute(), now=clock.now(), wish=wish, bar=bar)
    except BaseException:
        if final:
            (home.root / MOVED).unlink(missing_ok=True)
        raise
    show(taken, as_json=as_json, title="Backup")


@app.command("keys")
def keys(
    to: Annotated[Path, typer.Argument(help="A new file; keep it elsewhere than the backups.")],
    data: Data = DEFAULT_HOME,
    passphrase_file: Phrases = None,
    recipient: Annotated[
        Path | None,
        typer.Option("--recipient", help="PEM file of an X25519 public key, for a phrase."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Seal every key of the house into one file; take it after each backup and after each shredding."""
    from nadzor.actions.copies.key_files import public_half, read_phrases
    from nadzor.actions.copies.sealed_keys import gather_keys, seal_for, seal_with_phrases

    home = Home.open(data)
    home.seal_key()
    found = gather_keys(home.keys)
    if recipient is not None:
        sealed = seal_for(found, public_half(recipient))
    else:
        sealed = seal_with_phrases(found, read_phrases(passphrase_file or ()))
    write_new(to.absolute(), sealed, mode=0o600)
    show({"file": str(to), "keys": len(found), "bytes": len(sealed)}, as_json=as_json, title="Keys")


@app.command("verify")
def verify(
    place: Annotated[Path, typer.Argument(metavar="FROM", help="A backup, or a directory of backups.")],
    key: Annotated[
        str | None, typer.Option("--key", help="The house's seal key (vkey); else the one the backup names.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See whether a backup is whole: digests, trees, counts, deeds; exit 1 when anything is wrong."""
    from nadzor.actions.copies.check import find_backup_faults
    from nadzor.actions.copies.shelf import backup_at

    with progress() as bar:
        faults = find_backup_faults(backup_at(place.absolute()), vkey=key, bar=bar)
    show(faults, as_json=as_json, title="Faults")
    raise typer.Exit(1 if faults else 0)


def _close_for_good(context: typer.Context, home: Home) -> None:
    """No door is open, and none opens again.

    Raises: Refusal `port.taken` while one is.
    """
    frame(context).must_be_free(home, only=frozenset())
    write_atomic(home.root / MOVED, b"{}\n", mode=0o600)
