# SPDX-License-Identifier: Apache-2.0
"""Open a house that was put back: its log begins anew under another key, unless nothing can have been lost.

Every step may be repeated after a crash; `nadzor.json` is written when all others are done.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.durable import sync_directory, write_atomic
from nadzor.base.home import RESTORED, FormerLog, Settings, origin_after
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.journal.staging import move_in
from nadzor.journal.succession import continue_as
from nadzor.records.chain import Link
from nadzor_wire.note import parse_vkey

from .deeds import chain_head, has_deeds, tell
from .hand_over import NEXT, ROOM, hand_over
from .manifest import KEYS
from .moment import JOURNAL, REGISTER
from .new_logs import begin_audit, forget_notes, new_key
from .put_back import CONFIG, Restored

VERB: Final = "house.restore"
SERIALS: Final = 1_000_000  # key directories that may have been published since the backup
_SESSIONS: Final = ("usersessions_usersession", "django_session")
_TOKENS: Final = "people_apitoken"
_DIRECTORY: Final = "register_publisheddirectory"


class Opened(Struct, frozen=True):
    """A house that serves again.  `former` keys are empty where its logs simply go on.

    `succession`: the file that says so under both keys; empty where the former private key was not at hand.
    """

    origin: str
    vkey: str
    former: str
    former_audit: str
    size: int
    missing: int | None
    sessions: int
    tokens: int
    succession: str = ""


def open_restored(root: Path, *, by: str, because: str, now: datetime) -> Opened:
    """Let a house that was put back begin.

    Why: after the backup its log may have signed batches that are gone.  One key must not sign two
    histories: a log of another name and key carries the leaves on, the former private key is destroyed, the
    former public key stays known.  Only a backup taken as the last of its house goes on under the same key.
    Raises: Refusal restore.nothing where nothing waits to be opened.
    """
    root = root.absolute()
    with alone(root / ".restore.lock"):
        found = _waiting(root)
        before = msgspec.json.decode(found.settings, type=Settings)
        before = msgspec.structs.replace(before, journal_url=found.journal_url)
        if found.final and found.staged:
            move_in(found.journal_url, found.staged, origin=parse_vkey(found.vkey).name, size=found.size)
        after = before if found.final else _begin_log(root, found, before, now)
        counts = _settle_register(root / REGISTER, found, after, Link(0, now, VERB, "", by, because, {}, ""))
        pinned = (root / KEYS / "log.vkey").read_text().strip()
        write_atomic(root / CONFIG, msgspec.json.format(msgspec.json.encode(after)) + b"\n")
        (root / RESTORED).unlink()
        sync_directory(root)
    said = root / ROOM / f"{len(after.former_logs)}.note"
    return Opened(
        origin=parse_vkey(pinned).name,
        vkey=pinned,
        former="" if found.final else found.vkey,
        former_audit="" if found.final else found.audit,
        size=found.size,
        missing=found.missing,
        sessions=counts[0],
        tokens=counts[1],
        succession="" if found.final or not said.is_file() else str(said),
    )


def _waiting(root: Path) -> Restored:
    try:
        return msgspec.json.decode((root / RESTORED).read_bytes(), type=Restored)
    except FileNotFoundError as error:
        raise Refusal("restore.nothing", path=str(root)) from error
    except msgspec.DecodeError as error:
        raise Refusal("home.damaged", file=RESTORED) from error


def _begin_log(root: Path, found: Restored, before: Settings, now: datetime) -> Settings:
    """Another name, another key, the same leaves; so for deeds and readings."""
    ended = FormerLog(found.vkey, found.size, found.root, now)
    after = msgspec.structs.replace(before, former_logs=(*before.former_logs, ended))
    origin = origin_after(after.origin, len(after.former_logs))
    seed = hand_over(root, ended, origin, number=len(after.former_logs))
    new_key(root / KEYS, "log", origin, seed=seed)
    (root / KEYS / NEXT).unlink(missing_ok=True)
    if found.staged:
        move_in(found.journal_url, found.staged, origin=origin, size=found.size)
    else:
        continue_as(root / JOURNAL, origin)
    forget_notes(root / "tiles")
    _forget_sandbox(root)
    return begin_audit(root, found.audit, after, now)


def _forget_sandbox(root: Path) -> None:
    """The log of test streams begins from nothing: it holds nothing that anybody must keep."""
    rmtree(root / "sandbox", ignore_errors=True)
    rmtree(root / KEYS / "sandbox-bodies", ignore_errors=True)
    for name in ("sandbox-log.vkey", "sandbox-log.key"):
        (root / KEYS / name).unlink(missing_ok=True)


def _settle_register(register: Path, found: Restored, after: Settings, deed: Link) -> tuple[int, int]:
    """Say what happened in the chain of deeds; let nobody in by what was given out before.

    Why: a session ended or a token revoked after the backup would open doors again.
    """
    if not register.is_file():
        return 0, 0
    with closing(sqlite3.connect(register, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        if chain_head(connection)[0] != found.deeds if has_deeds(connection) else True:
            connection.execute("ROLLBACK")  # said before a crash
            return 0, 0
        ended = sum(_emptied(connection, table) for table in _SESSIONS)
        revoked = 0 if found.final else _revoked(connection, deed.at)
        if _has(connection, _DIRECTORY):
            connection.execute(f"UPDATE {_DIRECTORY} SET serial = serial + {SERIALS}")
        facts = {
            "taken_at": found.taken_at.astimezone(UTC).isoformat(timespec="seconds"),
            "size": found.size,
            "missing": found.missing,
            "shredded": found.shredded,
            "log": "continues" if found.final else "begins anew",
            "former": [one.vkey for one in after.former_logs],
            "former_audits": [{"vkey": one.vkey, "size": one.size} for one in after.former_audits],
        }
        tell(connection, msgspec.structs.replace(deed, object=after.origin, facts=facts))
        connection.execute("COMMIT")
    return ended, revoked


def _emptied(connection: sqlite3.Connection, table: str) -> int:
    return connection.execute(f"DELETE FROM {table}").rowcount if _has(connection, table) else 0


def _revoked(connection: sqlite3.Connection, now: datetime) -> int:
    if not _has(connection, _TOKENS):
        return 0
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    changed = connection.execute(f"UPDATE {_TOKENS} SET revoked_at = ? WHERE revoked_at IS NULL", (moment,))
    return changed.rowcount


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None
