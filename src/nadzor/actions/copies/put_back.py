# SPDX-License-Identifier: Apache-2.0
"""Put a house back from a backup and its keys, into an empty directory, and prove what came back.

Nothing serves it yet: `nadzor.json` is not there until somebody opens the house, since that decides under
which key its log goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from rich.progress import Progress

from nadzor.base.durable import sync_directory, write_atomic, write_new
from nadzor.base.home import AUDIT_SALTS, MOVED, RESTORED, RESTORING
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.fault import Fault
from nadzor.journal.held import Held, find_contradictions, parse_held

from .check import find_house_faults
from .folder import copy_open, open_plain
from .manifest import HELD, KEYS, FileLine, Manifest, read_manifest
from .moment import JOURNAL, REGISTER
from .new_logs import AUDIT, last_sealed
from .on_server import LOST_KEY, must_be_free, put_on_server
from .sealed_keys import KeyFile
from .shelf import whole_backups

CONFIG: Final = "nadzor.json"
SALTED: Final = frozenset((f"{AUDIT}.key", f"{AUDIT_SALTS}.key"))  # either makes the salts again
BODIES: Final = "bodies/"
_ROOMS: Final = ("journal", "lake", "rollups", "charts", "spool", "months", f"{KEYS}/bodies")
_ONLY_OWNER: Final = 0o022  # group and others never write what was put back


class Wanted(Struct, frozen=True):
    """How to put back: every body opened (`full`), held against a later checkpoint, months destroyed; the
    journal on a server (`journal_url`), else in a file.
    """

    full: bool = False
    later: bytes | None = None
    shred: tuple[Shelf, ...] = ()
    journal_url: str = ""


class Restored(Struct, frozen=True, forbid_unknown_fields=True):
    """A house that was put back and is not open yet; kept as `restored.json`.

    `missing` is how many leaves the checkpoint given has beyond the backup; None: none was given, unknown.
    `unreadable` counts batches whose key was not in the key file; `audit` is the verifier key of deeds and
    readings, where the key file had one; `unprovable` counts their sealed rows, where it had none: without
    the secret of their salts no leaf can be computed again.  `staged` names where its logs wait at
    `journal_url`, by schema.
    """

    taken_at: datetime
    restored_at: datetime
    size: int
    root: str
    vkey: str
    files: int
    bytes: int
    deeds: int
    missing: int | None
    shredded: int
    unreadable: int | None
    with_lake: bool
    final: bool
    settings: msgspec.Raw = msgspec.Raw(b"{}")
    audit: str = ""
    unprovable: int = 0
    journal_url: str = ""
    staged: dict[str, str] = {}


def restore_backup(
    backup: Path,
    to: Path,
    keys: Mapping[str, KeyFile],
    *,
    now: datetime,
    wanted: Wanted | None = None,
    bar: Progress | None = None,
) -> Restored:
    """Copy back, check all, and leave the house closed.

    Raises: Refusal restore.not-empty, restore.server-not-empty, keys.other-house, backup.damaged,
    restore.damaged, restore.other-history; journal.address, journal.away.
    """
    wanted = wanted or Wanted()
    made = _manifest(backup, keys)
    if wanted.journal_url:
        must_be_free(wanted.journal_url)
    to = to.absolute()
    _begin(to)
    settings = _copy_back(backup / HELD, to, made, bar)
    gone = _destroyed(backup, made, keys, wanted)
    _put_keys(to / KEYS, keys, gone)
    unreadable = _must_hold(to, made, full=wanted.full)
    missing = _missing(to, made, wanted.later)
    first = made.logs[0]
    done = Restored(
        taken_at=made.taken_at,
        restored_at=now,
        size=first.size,
        root=first.root,
        vkey=first.vkey,
        files=len(made.files),
        bytes=made.bytes,
        deeds=made.deeds,
        missing=missing,
        shredded=len(gone),
        unreadable=unreadable,
        with_lake=made.with_lake,
        final=made.final,
        settings=msgspec.Raw(settings),
        audit=keys["audit.vkey"].content.decode().strip() if "audit.vkey" in keys else "",
        unprovable=_unprovable(to / REGISTER, keys),
        journal_url=wanted.journal_url,
        staged=_served(to, made, wanted),
    )
    write_atomic(to / RESTORED, msgspec.json.encode(done), mode=0o600)
    (to / RESTORING).unlink()
    sync_directory(to)
    return done


def _unprovable(register: Path, keys: Mapping[str, KeyFile]) -> int:
    return 0 if SALTED & keys.keys() else last_sealed(register)[0]


def _manifest(backup: Path, keys: Mapping[str, KeyFile]) -> Manifest:
    """The manifest under the seal of the house whose keys these are."""
    seal, log = keys.get("seal.vkey"), keys.get("log.vkey")
    if seal is None or log is None:
        raise Refusal("keys.unreadable")
    unchecked = read_manifest(backup)
    if not unchecked.logs or unchecked.logs[0].vkey != log.content.decode().strip():
        raise Refusal("keys.other-house")
    return read_manifest(backup, vkey=seal.content.decode().strip())


def _begin(to: Path) -> None:
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(to.iterdir()):
        raise Refusal("restore.not-empty", path=str(to))
    to.chmod(0o700)
    write_new(to / RESTORING, b"", mode=0o600)
    for room in _ROOMS:
        (to / room).mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_directory(to)


def _copy_back(held: Path, to: Path, made: Manifest, bar: Progress | None) -> bytes:
    """Every file but the settings, checked while it is copied; the settings."""
    settings = b""
    folders: set[Path] = set()
    tick = ticker(bar, "files", total=len(made.files))
    for line in made.files:
        if line.path == CONFIG:
            settings = _checked(held, line)
        elif line.path != MOVED:
            folders.add(_put(held, to, line))
        tick()
    for folder in sorted(folders):
        sync_directory(folder)
    return settings


def _put(held: Path, to: Path, line: FileLine) -> Path:
    place = to / line.path
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_plain(held / line.path) as file:
            same = copy_open(file, place, line.mode & ~_ONLY_OWNER) == (line.sha256, line.size)
    except FileNotFoundError as error:
        raise Refusal("backup.damaged", file=line.path) from error
    if not same:
        raise Refusal("backup.damaged", file=line.path)
    return place.parent


def _checked(held: Path, line: FileLine) -> bytes:
    content = (held / line.path).read_bytes()
    if hashlib.sha256(content).hexdigest() != line.sha256:
        raise Refusal("backup.damaged", file=line.path)
    return content


def _destroyed(
    backup: Path, made: Manifest, keys: Mapping[str, KeyFile], wanted: Wanted
) -> set[tuple[str, str]]:
    """Every month that was ordered destroyed, as far as anything at hand remembers it.

    Why: the chain of deeds in this backup, later backups beside it, tombstones among the keys, the operator:
    a month destroyed after the backup was taken is in none of it but the last three.
    """
    told = set(made.shredded)
    for other in whole_backups(backup.resolve().parent):
        told |= set(_shredded_in(other))
    gone = {(installation, month) for installation, _, month in (text.partition("/") for text in told)}
    gone |= {(shelf.installation, shelf.month) for shelf in wanted.shred}
    return gone | set(_tombstones(keys))


def _shredded_in(other: Path) -> tuple[str, ...]:
    try:
        return read_manifest(other).shredded
    except Refusal:
        return ()


def _tombstones(keys: Mapping[str, KeyFile]) -> Iterator[tuple[str, str]]:
    for name in keys:
        if name.startswith(BODIES) and name.endswith(".shredded"):
            installation, _, month = name.removeprefix(BODIES).removesuffix(".shredded").partition("/")
            yield installation, month


def _put_keys(root: Path, keys: Mapping[str, KeyFile], gone: set[tuple[str, str]]) -> None:
    """Write the keys; those of destroyed months not at all, a tombstone in their place."""
    dead = {f"{BODIES}{installation}/{month}.key" for installation, month in gone}
    root.chmod(0o700)
    for name, key in keys.items():
        place = root / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if name not in dead:
            write_atomic(place, key.content, mode=key.mode & ~_ONLY_OWNER)
    shelves = BodyKeys(root / "bodies")
    for installation, month in sorted(gone):
        (root / "bodies" / installation).mkdir(mode=0o700, exist_ok=True)
        shelves.shred(Shelf(installation, month))


def _must_hold(to: Path, made: Manifest, *, full: bool) -> int | None:
    """Refuse a house that is not what was copied; how many batches have no key, when that was looked at."""
    keys = BodyKeys(to / KEYS / "bodies") if full else None
    faults = find_house_faults(to, made, body_keys=keys)
    keyless = [fault for fault in faults if fault.detail == LOST_KEY]
    others = [fault for fault in faults if fault.detail != LOST_KEY]
    if others:
        raise Refusal("restore.damaged", faults=len(others), first=_words(others[0]))
    return len(keyless) if full else None


def _served(to: Path, made: Manifest, wanted: Wanted) -> dict[str, str]:
    """The logs carried to the server that was named, if one was."""
    if not wanted.journal_url:
        return {}
    keys = BodyKeys(to / KEYS / "bodies") if wanted.full else None
    return put_on_server(to, made, wanted.journal_url, body_keys=keys)


def _words(fault: Fault) -> str:
    return f"{fault.what} {'' if fault.at is None else fault.at}: {fault.detail}"


def _missing(to: Path, made: Manifest, later: bytes | None) -> int | None:
    """How many leaves a later checkpoint has beyond what came back.

    Raises: Refusal receipt.not-signed, restore.other-history where the two are no one history.
    """
    if later is None:
        return None
    log = made.logs[0]
    held = parse_held(later, log.vkey)
    if held.checkpoint.size > log.size:
        return held.checkpoint.size - log.size
    if find_contradictions(to / JOURNAL, [Held(held.checkpoint)]):
        raise Refusal("restore.other-history", size=held.checkpoint.size)
    return 0
