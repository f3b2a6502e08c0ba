# SPDX-License-Identifier: Apache-2.0
"""The data directory: where everything that must survive lies, and the keys of the house."""

from __future__ import annotations

import contextlib
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.note import vkey

from . import clock
from .durable import write_atomic, write_new
from .lock import alone
from .problems import Refusal

SIGNING_KEYS: Final = ("log", "directory")
SECRET: Final = "secret"  # signs sessions
FACTORS: Final = "factors"  # seals seeds of second factors, keys the hashes of recovery codes
FORMER: Final = "secret-former"  # heeded until a rotation is finished
SECRETS: Final = ("vault", SECRET, FACTORS)
SANDBOX: Final = "/sandbox"  # under the gateway's address; the log of test streams stands behind it
AUDIT_SALTS: Final = "audit-salts"  # what the salts are made from, where the key that made it ended
PRACTICE: Final = "practice."  # before the name of a log that was made to practise with
RESTORING: Final = "restoring"  # stands while files are put back, and after a crash meanwhile
RESTORED: Final = "restored.json"  # put back, and not opened yet
MOVED: Final = "moved.json"  # its last backup was taken to continue elsewhere
_ROOMS: Final = ("journal", "lake", "rollups", "charts", "spool", "months", "keys", "keys/bodies")


class Witness(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who cosigns our checkpoints: where it answers, and its public key (C2SP verifier key)."""

    url: str
    vkey: str


class FormerLog(Struct, frozen=True, forbid_unknown_fields=True):
    """A log that ended here: its key, and the last of it that a restored backup still held."""

    vkey: str
    size: int
    root: str  # base64
    ended_at: datetime


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What `nadzor.json` says: the public facts of one data directory."""

    origin: str
    public_url: str
    portal_url: str
    created: datetime
    directory_key: str
    v: int = 1
    witnesses: tuple[Witness, ...] = ()
    journal_url: str = ""  # of a PostgreSQL server, without a password; empty: SQLite in the data directory
    practice: bool = False  # a house to learn in: marked on every page and paper; mails nobody
    former_logs: tuple[FormerLog, ...] = ()  # a restored house begins another log
    former_audits: tuple[FormerLog, ...] = ()  # and another log of deeds and readings
    backup_hours: int = 26  # an older backup alarms: one a day, and two hours for a slow disk
    second_factor: bool = True  # staff prove who they are by a code or a key, too


class Log(Struct, frozen=True):
    """One append-only log of the house: its name and key, where its batches lie, where it answers."""

    origin: str
    key: Ed25519PrivateKey
    journal: Path
    body_keys: Path
    tiles: Path
    address: str
    journal_url: str = ""  # of the server that keeps its tables instead of the file
    schema: str = "journal"

    @property
    def vkey(self) -> str:
        """Its public key as makers pin it (C2SP signed-note verifier key)."""
        return vkey(self.origin, self.key.public_key())


class Home:
    """One data directory; create it once, then open it everywhere."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.config = root / "nadzor.json"
        self.journal = root / "journal" / "journal.sqlite3"
        self.database = root / "register.sqlite3"
        self.directory = root / "directory.json"
        self.lake = root / "lake"
        self.rollups = root / "rollups"
        self.charts = root / "charts"
        self.budget = root / "budget.json"
        self.spool = root / "spool"
        self.tiles = root / "tiles"
        self.sandbox_tiles = root / "sandbox" / "tiles"
        self.audit_tiles = root / "audit" / "tiles"
        self.months = root / "months"
        self.keys = root / "keys"
        self.body_keys = root / "keys" / "bodies"

    @classmethod
    def create(
        cls,
        path: Path | str,
        *,
        origin: str = "nadzor.local/log",
        public_url: str = "http://127.0.0.1:8401",
        portal_url: str = "http://127.0.0.1:8400",
        journal_url: str = "",
        practice: bool = False,
        second_factor: bool = True,
    ) -> Home:
        """Make a data directory, or open the one that is there with the settings it has.

        Why: `nadzor.json` is written last, so a directory without it is unfinished and is finished here.  A
        house to practise in says so in its log's name, so that no receipt of it passes for a real one.
        """
        root = Path(path).absolute()
        _must_be_its_own(root)
        if (root / "nadzor.json").exists():
            return cls.open(root)
        _furnish(root)
        origin = f"{PRACTICE}{origin}" if practice else origin
        settings = Settings(
            origin=origin,
            public_url=public_url.rstrip("/"),
            portal_url=portal_url.rstrip("/"),
            created=clock.now(),
            directory_key=b64(_signing_key(root, "directory").public_key().public_bytes_raw()),
            journal_url=journal_url,
            practice=practice,
            second_factor=second_factor,
        )
        pinned = vkey(origin, _signing_key(root, "log").public_key())
        write_atomic(root / "keys" / "log.vkey", pinned.encode() + b"\n")
        write_atomic(root / "nadzor.json", msgspec.json.format(msgspec.json.encode(settings)) + b"\n")
        return cls(root, settings)

    @classmethod
    def open(cls, path: Path | str) -> Home:
        """The data directory at a path.

        Raises: Refusal home.missing, or home.damaged when `nadzor.json` cannot be read; home.restored before
        a restored directory was opened, home.moved after its last backup went elsewhere.
        """
        root = Path(path).absolute()
        _must_be_its_own(root)
        config = root / "nadzor.json"
        if not config.is_file():
            raise Refusal("home.missing", path=str(path))
        try:
            settings = _settings(config.read_bytes())
        except msgspec.DecodeError as error:
            raise Refusal("home.damaged", file="nadzor.json") from error
        return cls(root, settings)

    def at_address(self, *, portal_url: str, public_url: str) -> Home:
        """The same data directory, its doors at other addresses from now on."""
        return self._with(portal_url=portal_url.rstrip("/"), public_url=public_url.rstrip("/"))

    def witnessed_by(self, witnesses: tuple[Witness, ...]) -> Home:
        """The same data directory, its log witnessed by these from now on."""
        return self._with(witnesses=witnesses)

    def _with(self, **settings: Any) -> Home:
        changed = msgspec.structs.replace(self.settings, **settings)
        if changed != self.settings:
            write_atomic(self.config, msgspec.json.format(msgspec.json.encode(changed)) + b"\n")
        return Home(self.root, changed)

    def key(self, name: str) -> Ed25519PrivateKey:
        """A signing key of the house: `log` or `directory`."""
        return _signing_key(self.root, name)

    def secret(self, name: str) -> bytes:
        """Thirty-two secret bytes: `vault` (field encryption), `secret` (sessions), `factors`."""
        return _secret(self.root, name)

    def former_secrets(self) -> tuple[bytes, ...]:
        """What signed sessions before a rotation that is not finished; nothing where it was cut short."""
        if not (self.keys / f"{FORMER}.key").exists():
            return ()
        former = self.secret(FORMER)
        return () if former == self.secret(SECRET) else (former,)

    def factor_seed(self) -> bytes:
        """What the key of second factors comes from; in an older house the secret of sessions."""
        return self.secret(FACTORS if (self.keys / f"{FACTORS}.key").exists() else SECRET)

    @property
    def log_origin(self) -> str:
        """The log's name: the house's own, with a number where a restored house began another log."""
        return origin_after(self.settings.origin, len(self.settings.former_logs))

    @property
    def log(self) -> Log:
        """The log of what devices really did."""
        origin, address = self.log_origin, self.settings.public_url
        url = self.settings.journal_url
        return Log(origin, self.key("log"), self.journal, self.body_keys, self.tiles, address, url)

    def sandbox(self) -> Log:
        """The log of test streams, with keys of its own; they are made on the first need.

        Raises: Refusal home.damaged when its key was there and is lost: receipts were given under it.
        """
        origin = f"{self.log_origin}-sandbox"
        return Log(
            origin=origin,
            key=_founded(self.root, "sandbox-log", origin),
            journal=self.root / "sandbox" / "journal" / "journal.sqlite3",
            body_keys=self.keys / "sandbox-bodies",
            tiles=self.sandbox_tiles,
            address=self.settings.public_url + SANDBOX,
            journal_url=self.settings.journal_url,
            schema="sandbox",
        )

    def gate_key(self) -> tuple[str, Ed25519PrivateKey]:
        """Name and key under which certificates of transmission are signed; made on the first need.

        Raises: Refusal home.damaged when the key was there and is lost.
        """
        name = f"{self.settings.origin}-gate"
        return name, _founded(self.root, "gate", name)

    def seal_key(self) -> tuple[str, Ed25519PrivateKey]:
        """Name and key under which the house seals what it hands over; made on the first need.

        Raises: Refusal home.damaged when the key was there and is lost.
        """
        name = f"{self.settings.origin}-seal"
        return name, _founded(self.root, "seal", name)

    def audit_key(self) -> tuple[str, Ed25519PrivateKey]:
        """Name and key of the log of deeds and readings; made on the first need.

        Raises: Refusal home.damaged when the key was there and is lost: leaves were salted under it.
        """
        name = audit_name(self.settings)
        return name, _founded(self.root, "audit", name)

    def audit_salts(self) -> bytes | None:
        """What the salts of audit leaves are made from, where the key that made it has ended; else None."""
        kept = self.keys / f"{AUDIT_SALTS}.key"
        return self.secret(AUDIT_SALTS) if kept.exists() else None

    @property
    def log_vkey(self) -> str:
        """The log's public key as makers pin it (C2SP signed-note verifier key)."""
        return _read(self.root, "log.vkey").decode().strip()


def _settings(page: bytes) -> Settings:
    """What `nadzor.json` says.

    Why: a house to practise in of an earlier release was furnished with passwords alone, and shows them.
    """
    found = msgspec.json.decode(page, type=Settings)
    is_older = b'"second_factor"' not in page
    return msgspec.structs.replace(found, second_factor=False) if is_older and found.practice else found


def origin_after(origin: str, former: int) -> str:
    """The name of a house's log after so many that ended.

    Why: two histories under one name and key are what a log may never show.
    """
    return f"{origin}.{former + 1}" if former else origin


def audit_name(settings: Settings) -> str:
    """The name of the log of deeds and readings: a restored house begins another one of these, too."""
    return f"{origin_after(settings.origin, len(settings.former_logs))}/audit"


def _must_be_its_own(root: Path) -> None:
    """Refuse a directory that is not to be served as it stands."""
    if any((root / name).exists() for name in (RESTORING, RESTORED)):
        raise Refusal("home.restored", path=str(root))
    if (root / MOVED).exists():
        raise Refusal("home.moved", path=str(root))


def _furnish(root: Path) -> None:
    for room in _ROOMS:
        (root / room).mkdir(parents=True, exist_ok=True)
    (root / "keys").chmod(0o700)
    for name in (*SIGNING_KEYS, *SECRETS):
        with contextlib.suppress(FileExistsError):
            seed = b64(secrets.token_bytes(32)).encode() + b"\n"
            write_new(root / "keys" / f"{name}.key", seed, mode=0o600)


def _founded(root: Path, name: str, origin: str) -> Ed25519PrivateKey:
    """A signing key that a house of an earlier release does not have yet.

    Why: the public half is written last and is never without its key, so that a lost key is not replaced in
    silence; one at a time, because every door may be the first to need it.
    """
    pinned = root / "keys" / f"{name}.vkey"
    if not pinned.exists():
        with alone(root / "keys" / ".founding.lock"):
            if not (root / "keys" / f"{name}.key").exists():
                seed = b64(secrets.token_bytes(32)).encode() + b"\n"
                write_atomic(root / "keys" / f"{name}.key", seed, mode=0o600)
            public = _signing_key(root, name).public_key()
            write_atomic(pinned, vkey(origin, public).encode() + b"\n")
    return _signing_key(root, name)


def _signing_key(root: Path, name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_secret(root, name))


def _secret(root: Path, name: str) -> bytes:
    try:
        return unb64(_read(root, f"{name}.key").decode().strip(), size=32)
    except ValueError as error:
        raise Refusal("home.damaged", file=f"keys/{name}.key") from error


def _read(root: Path, name: str) -> bytes:
    try:
        return (root / "keys" / name).read_bytes()
    except FileNotFoundError as error:
        raise Refusal("home.damaged", file=f"keys/{name}") from error
