# SPDX-License-Identifier: Apache-2.0
"""A small house to be copied: a journal by the real writer, a register of the tables that copies look at."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import msgspec

from nadzor.actions.copies.deeds import tell
from nadzor.actions.copies.sealed_keys import gather_keys
from nadzor.base.home import Home
from nadzor.journal.opening import open_journal
from nadzor.records.chain import Link
from tests.unit.journal.entries import entry, receipt_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SITE_FILE = b"%PDF a letter"
SCHEMA = """
CREATE TABLE records_auditentry (seq INTEGER PRIMARY KEY, at TEXT, verb TEXT, object TEXT, "by" TEXT,
                                 because TEXT, facts TEXT, prev TEXT, entry TEXT UNIQUE);
CREATE TABLE records_storedfile (digest TEXT PRIMARY KEY, size INTEGER, name TEXT);
CREATE TABLE django_session (session_key TEXT PRIMARY KEY);
CREATE TABLE people_apitoken (id INTEGER PRIMARY KEY, revoked_at TEXT);
CREATE TABLE register_publisheddirectory (id INTEGER PRIMARY KEY, serial INTEGER);
INSERT INTO django_session VALUES ('a'), ('b');
INSERT INTO people_apitoken (revoked_at) VALUES (NULL), ('2026-01-01 00:00:00');
INSERT INTO register_publisheddirectory VALUES (1, 7);
"""


def deed(verb="house.begin", about="house", **facts):
    """A deed to be told."""
    return Link(0, NOW, verb, about, "console", "test", facts, "")


def make_house(root, *, batches=5, journal_url=""):
    """The house, with batches of one installation, a kept file, a chain of deeds; its receipts."""
    home = Home.create(root, origin="nadzor.test/log", journal_url=journal_url)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as register:
        register.execute("PRAGMA journal_mode = WAL")
        register.executescript(SCHEMA)
        told(register, deed())
    keep(home, SITE_FILE)
    (home.months / "2026-10").mkdir(parents=True)
    (home.months / "2026-10" / "ai-001.json").write_bytes(b"{}")
    return home, write(home, batches)


def write(home, count, *, first=1):
    """So many batches more in its journal, each a stream of its own; their receipts."""
    journal, receipts = open_journal(home), []
    for number in range(first, first + count):
        (stored,) = journal.append([entry(1, 2, stream=number.to_bytes(16, "big"))])
        receipts.append(receipt_of(stored))
    journal.close()
    return receipts


def told(register, made):
    """Carry its chain of deeds on."""
    register.execute("BEGIN IMMEDIATE")
    tell(register, made)
    register.execute("COMMIT")


def keep(home, content):
    """A kept file, as `records.files` keeps it: bytes first, then the row."""
    digest = hashlib.sha256(content).hexdigest()
    place = home.root / "files" / digest[:2] / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as register:
        register.execute("INSERT INTO records_storedfile VALUES (?, ?, 'letter.pdf')", (digest, len(content)))
    return place


def keys_of(home):
    """What the key file of this house would hold."""
    home.seal_key()
    return gather_keys(home.keys)


def encoded(receipt):
    """A receipt as its holder keeps it."""
    return msgspec.json.encode(receipt)


def later(minutes):
    """So many minutes after."""
    return NOW + timedelta(minutes=minutes)
