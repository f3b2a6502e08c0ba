# SPDX-License-Identifier: Apache-2.0
"""Entries as the gateway would hand them in, with a real signature base."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.journal.bodies import BodyKeys
from nadzor.journal.entry import Entry
from nadzor.journal.log import Journal
from nadzor.journal.postgres import PostgresStore
from nadzor.journal.reader import Reader
from nadzor.journal.store import Unreachable
from nadzor_wire.batch import BatchHeader
from nadzor_wire.note import vkey
from nadzor_wire.receipt import Receipt, Verdict, verify_receipt
from nadzor_wire.signature import component_values, content_digest, signature_base, signature_params

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ORIGIN = "log.example/test"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = vkey(ORIGIN, LOG_KEY.public_key())
STREAM = bytes(16)


def entry(first=1, last=None, *, stream=STREAM, prev=bytes(32), **other):
    """An entry with the numbers first..last."""
    last = last or first
    body = other.pop("body", b"".join(b"line %d\n" % number for number in range(first, last + 1)))
    header = BatchHeader(stream, first, last, prev)
    fields = {
        "installation": "i-000000000001",
        "device": "ai-001",
        "site": "s-0001",
        "keyid": "k" * 16,
        "header": header,
        "coded": body,
        "coding": "identity",
        "body_sha256": sha256(body).digest(),
        "base": base(header, body),
        "signature": bytes(64),
        "received_at": NOW,
        "directory": 1,
    }
    return Entry(**(fields | other))


def base(header, body):
    """What an installation signs for a batch."""
    headers = {
        "content-digest": content_digest(body),
        "content-type": "application/x-ndjson",
        "nadzor-batch": header.render(),
    }
    values = component_values("POST", "http://gateway.example/v1/batches", headers)
    return signature_base(values, signature_params(tuple(values), created=1, keyid="k" * 16))


def follow(before, first, last=None, **other):
    """The entry that names `before` as its predecessor."""
    return entry(first, last, stream=before.header.stream, prev=before.body_sha256, **other)


def rejecting(number, **other):
    """An entry with one event rejected."""
    verdict = Verdict(number, "event.malformed", "$.id", "Expected `str`")
    return entry(rejected=(verdict,), shapes=('{"kind":"study"}',), **other)


def open_journal(folder):
    """A journal in a folder."""
    return Journal.open(
        folder / "journal" / "journal.sqlite3", log_key=LOG_KEY, origin=ORIGIN, body_keys=keys(folder)
    )


def keys(folder):
    """Its body keys."""
    return BodyKeys(folder / "keys" / "bodies")


def path(folder):
    """Its file."""
    return folder / "journal" / "journal.sqlite3"


class Place:
    """Where a test's journal lies: here in a file, below on a server."""

    failure = sqlite3.OperationalError

    def __init__(self, folder):
        self.folder = folder
        self.keys = keys(folder)
        self._opened = []

    @property
    def where(self):
        """What the journal's own code is given."""
        return path(self.folder)

    def journal(self, *, origin=ORIGIN):
        """Its writing side."""
        return self._kept(Journal.open(self.where, log_key=LOG_KEY, origin=origin, body_keys=self.keys))

    def reader(self, **known):
        """Its reading side."""
        return self._kept(Reader(self.where, **known))

    def spoil(self, statement):
        """Change the tables behind the journal's back; the number of rows changed."""
        with closing(sqlite3.connect(path(self.folder))) as connection, connection:
            return connection.execute(statement).rowcount

    def close(self):
        """Close what was opened."""
        for opened in self._opened:
            opened.close()

    def _kept(self, opened):
        self._opened.append(opened)
        return opened


class ServerPlace(Place):
    """A journal in a database of its own."""

    failure = Unreachable

    def __init__(self, folder, url):
        super().__init__(folder)
        self.url = url

    @property
    def where(self):
        """What the journal's own code is given."""
        return PostgresStore(self.url, "journal")

    def spoil(self, statement):
        """Change the tables behind the journal's back; the number of rows changed."""
        spoken = re.sub(r"zeroblob\((\d+)\)", r"decode(repeat('00', \1), 'hex')", statement)
        with closing(psycopg.connect(self.url, options="-csearch_path=journal")) as connection, connection:
            return connection.execute(spoken).rowcount


def receipt_of(stored):
    """The receipt in an outcome."""
    import msgspec

    return Receipt(msgspec.json.decode(stored.leaf), stored.index, stored.checkpoint, stored.proof)


def proved(stored):
    """The tree size under which an outcome's receipt verifies, offline."""
    return verify_receipt(receipt_of(stored), VKEY).size
