# SPDX-License-Identifier: Apache-2.0
"""Whether a backup is whole: every digest, both trees from their leaves, every count, the chain of deeds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from rich.progress import Progress

from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.fault import Fault
from nadzor.journal.reader import STEP, Reader
from nadzor.journal.verify import verify_journal
from nadzor.journal.where import Where
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.base64text import b64
from nadzor_wire.note import Checkpoint, NoteError, open_note

from .deeds import chain_breaks, chain_head, has_deeds
from .folder import digest_of, open_plain
from .manifest import HELD, FileLine, LogLine, Manifest, read_manifest
from .moment import REGISTER, row_counts

FAULTS_MAX: Final = 1_000
_FILES: Final = "records_storedfile"


def find_backup_faults(backup: Path, *, vkey: str | None = None, bar: Progress | None = None) -> list[Fault]:
    """Everything wrong with a backup where it lies; an empty list means that it is whole.

    Raises: Refusal backup.none, backup.damaged as `read_manifest` does.
    """
    made = read_manifest(backup, vkey=vkey)
    found: list[Fault] = list(_file_faults(backup / HELD, made, bar))
    found += _strangers(backup / HELD, made)
    if not found:
        found += find_house_faults(backup / HELD, made)
    return found[:FAULTS_MAX]


def find_house_faults(root: Path, made: Manifest, *, body_keys: BodyKeys | None = None) -> list[Fault]:
    """What the databases below a directory say against the manifest.

    With `body_keys` every body is opened and every ledger replayed; without, the tree alone is made anew.
    """
    found: list[Fault] = []
    for log in made.logs:
        found += find_log_faults(root / log.journal, log, body_keys if log is made.logs[0] else None)
    for path in sorted({name.partition(":")[0] for name in made.rows}):
        found += _row_faults(root, path, made)
    if (root / REGISTER).is_file():
        found += _deed_faults(root / REGISTER, made)
        found += _kept_file_faults(root / REGISTER, made)
    return found


def _file_faults(root: Path, made: Manifest, bar: Progress | None) -> Iterator[Fault]:
    tick = ticker(bar, "digests", total=len(made.files))
    for line in made.files:
        wrong = _wrong(root, line)
        if wrong:
            yield Fault("file", None, f"{line.path} {wrong}")
        tick()


def _wrong(root: Path, line: FileLine) -> str:
    try:
        with open_plain(root / line.path) as file:
            return "" if digest_of(file) == (line.sha256, line.size) else "differs from its digest"
    except OSError:
        return "is missing"


def _strangers(root: Path, made: Manifest) -> Iterator[Fault]:
    """Files that nobody wrote down: somebody laid them here."""
    known = {line.path for line in made.files}
    for path in sorted(root.rglob("*")):
        if not path.is_dir() and path.relative_to(root).as_posix() not in known:
            yield Fault("file", None, f"{path.relative_to(root).as_posix()!r} is not in the manifest")


def find_log_faults(place: Where, log: LogLine, body_keys: BodyKeys | None = None) -> Iterator[Fault]:
    """The tree made anew from stored leaves is the one that was signed when the copy was taken."""
    try:
        with closing(Reader(place)) as reader:
            frontier, totals = _recomputed(reader), reader.totals().frontier
    except (Refusal, sqlite3.Error, ValueError, LookupError) as error:
        yield Fault("journal", None, f"{log.journal} cannot be read ({type(error).__name__})")
        return
    if (frontier.size, b64(frontier.root)) != (log.size, log.root) or frontier != totals:
        yield Fault("journal", frontier.size, f"{log.journal} has another root than was signed")
    if not _signed(log):
        yield Fault("checkpoint", log.size, f"{log.journal} has no signature of its log")
    if body_keys is not None:
        yield from verify_journal(place, log.vkey, body_keys=body_keys)


def _recomputed(reader: Reader) -> Frontier:
    frontier, size = Frontier(), reader.size()
    for low in range(0, size, STEP):
        frontier = append(frontier, reader.leaf_hashes(low, min(low + STEP, size)))[0]
    return frontier


def _signed(log: LogLine) -> bool:
    try:
        said = Checkpoint.parse(open_note(log.checkpoint, log.vkey))
    except NoteError:
        return False
    return (said.size, b64(said.root)) == (log.size, log.root)


def _row_faults(root: Path, path: str, made: Manifest) -> Iterator[Fault]:
    try:
        with closing(read_only(root / path)) as connection:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            counted = {f"{path}:{table}": number for table, number in row_counts(connection).items()}
    except sqlite3.Error as error:
        yield Fault("database", None, f"{path} cannot be read ({type(error).__name__})")
        return
    if whole != "ok":
        yield Fault("database", None, f"{path}: {whole}")
    stated = {name: number for name, number in made.rows.items() if name.startswith(f"{path}:")}
    for name in sorted(counted.keys() | stated.keys()):
        if counted.get(name) != stated.get(name):
            yield Fault("rows", None, f"{name}: {stated.get(name)} were copied, {counted.get(name)} are here")


def _deed_faults(register: Path, made: Manifest) -> Iterator[Fault]:
    with closing(read_only(register)) as connection:
        if not has_deeds(connection):
            return
        yield from (
            Fault("deed", one.seq, f"the chain breaks: {one.what}") for one in chain_breaks(connection)
        )
        if chain_head(connection) != (made.deeds, made.deed):
            yield Fault("deed", made.deeds, "the chain ends elsewhere")


def _kept_file_faults(register: Path, made: Manifest) -> Iterator[Fault]:
    """Every kept file that a row names lies in the backup under its digest."""
    held = {line.sha256 for line in made.files if line.path.startswith("files/")}
    with closing(read_only(register)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (_FILES,)).fetchone():
            return
        for (digest,) in connection.execute(f"SELECT digest FROM {_FILES} ORDER BY digest"):
            if digest not in held:
                yield Fault("file", None, f"kept file {digest} has a row and no bytes")


def read_only(file: Path) -> sqlite3.Connection:
    """A connection to a database at rest: nothing is written beside it."""
    return sqlite3.connect(file.resolve().as_uri() + "?mode=ro&immutable=1", uri=True, isolation_level=None)
