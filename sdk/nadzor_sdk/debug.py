# SPDX-License-Identifier: Apache-2.0
"""A log that exists in this process only: for seeing what would be reported. Nothing is."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from nadzor_sdk import clock, ids
from nadzor_sdk.delivery import Response
from nadzor_sdk.health import logger
from nadzor_sdk.stream import Sealed
from nadzor_wire.base64text import b64
from nadzor_wire.batch import HEADER, Coding, Malformed, decode_line, parse_batch_header
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.keys import Ed25519PrivateKey
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import Checkpoint, sign_note, vkey
from nadzor_wire.receipt import Answer, Leaf, Receipt, Verdict, encode_answer, leaf_bytes, verdicts_digest
from nadzor_wire.signature import component_values, parse_signature, signature_base

Sink: TypeAlias = Callable[[Sealed], None]
ORIGIN = "debug.invalid/nothing-is-reported"
INSTALLATION, DEVICE = "i-debug", "debug"
_CODINGS: dict[str, Coding] = {"gzip": "gzip", "zstd": "zstd"}


class DebugLog:
    """Takes batches as a gateway does, shows them, and receipts them under a key that is forgotten.

    Durability: none. Absence: whatever the sink raises is logged and stops nothing.
    """

    def __init__(self) -> None:
        self.sink: Sink = show
        self._key = Ed25519PrivateKey.generate()
        self._pid = os.getpid()
        self.vkey = vkey(ORIGIN, self._key.public_key())
        logger.warning("nadzor debug transport: NOTHING IS REPORTED, receipts are not real")

    def post(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """The answer of a log whose only leaf is this batch."""
        coding: Coding = _CODINGS.get(headers.get("Content-Encoding", ""), "identity")
        sealed = Sealed(parse_batch_header(headers[HEADER]), coding, body)
        try:
            self.sink(sealed)
        except Exception:
            logger.exception("nadzor debug sink failed")
        verdicts = [
            Verdict(seq, event.code, event.at, event.detail)
            for seq, line in enumerate(sealed.lines(), sealed.header.first)
            if isinstance(event := decode_line(line), Malformed)
        ]
        return Response(200, {}, encode_answer(self._answer(sealed, headers, verdicts)))

    def close(self) -> None:
        """There is nothing to let go of."""

    def abort(self) -> None:
        """There is nothing to wait for."""

    def clear(self, spool: Path) -> None:
        """Removes the spool of the process that made it."""
        if os.getpid() == self._pid:
            shutil.rmtree(spool, ignore_errors=True)

    def _answer(self, sealed: Sealed, headers: Mapping[str, str], verdicts: list[Verdict]) -> Answer:
        header, digest = sealed.header, sha256(sealed.body).digest()
        leaf = _leaf(sealed, headers, verdicts)
        text = Checkpoint(ORIGIN, 1, leaf_hash(leaf_bytes(leaf))).text()
        receipt = Receipt(leaf, 0, sign_note(text, ORIGIN, self._key), [])
        return Answer(digest.hex(), header.count - len(verdicts), verdicts, header.last + 1, receipt)


def _leaf(sealed: Sealed, headers: Mapping[str, str], verdicts: list[Verdict]) -> Leaf:
    parts = parse_signature(headers)
    base = signature_base(component_values("POST", TARGET, headers), parts.params)
    return {
        "v": 1,
        "salt": b64(ids.stream_id()),
        "device": DEVICE,
        "installation": INSTALLATION,
        "site": "debug",
        "stream": b64(sealed.header.stream),
        "first": sealed.header.first,
        "last": sealed.header.last,
        "prev": b64(sealed.header.prev),
        "body": b64(sha256(sealed.body).digest()),
        "base": b64(base),
        "signature": b64(parts.signature),
        "keyid": parts.keyid,
        "received_at": clock.local(clock.now_ns()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verdicts": verdicts_digest(verdicts),
        "directory": 0,
    }


GATEWAY = "https://debug.invalid"
TARGET = GATEWAY + "/v1/batches"


def debug_credential(log_vkey: str) -> Credential:
    """An installation nobody enrolled, at an address that cannot exist (RFC 2606 section 2)."""
    private, _, keyid = new_key()
    return Credential(
        installation=INSTALLATION,
        device=DEVICE,
        keyid=keyid,
        private=private,
        gateway=GATEWAY,
        log_vkey=log_vkey,
        enrolled_at=clock.local(clock.now_ns()),
    )


def debug_spool() -> Path:
    """A folder that goes when the client is closed."""
    return Path(tempfile.mkdtemp(prefix="nadzor-debug-"))


def show(sealed: Sealed) -> None:
    """Writes a batch to standard error, an event a line."""
    header = sealed.header
    sys.stderr.write(
        f"nadzor DEBUG, nothing is reported: events {header.first}..{header.last} of stream "
        f"{header.stream.hex()[:8]}, {len(sealed.body)} bytes {sealed.coding}\n"
    )
    for line in sealed.lines():
        sys.stderr.write(line.decode() + "\n")
