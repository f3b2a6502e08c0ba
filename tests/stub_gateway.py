# SPDX-License-Identifier: Apache-2.0
"""A gateway in memory: real receipts, no journal, and faults on demand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from msgspec import Struct
from msgspec import json as codec

from nadzor_wire import batch as wire
from nadzor_wire import signature
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.merkle import EMPTY_ROOT, leaf_hash, node_hash
from nadzor_wire.note import Checkpoint, sign_note, vkey
from nadzor_wire.receipt import Answer, Leaf, Receipt, Verdict, encode_answer, leaf_bytes, verdicts_digest

ORIGIN = "stub.test/log"


def root_of(hashes: list[bytes]) -> bytes:
    """Root by the recursive definition of RFC 9162 section 2.1.1, slow and obvious."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    cut = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:cut]), root_of(hashes[cut:]))


def path_of(index: int, hashes: list[bytes]) -> list[bytes]:
    """Inclusion path by the recursive definition of RFC 9162 section 2.1.3.1."""
    if len(hashes) < 2:
        return []
    cut = 1 << (len(hashes) - 1).bit_length() - 1
    if index < cut:
        return [*path_of(index, hashes[:cut]), root_of(hashes[cut:])]
    return [*path_of(index - cut, hashes[cut:]), root_of(hashes[:cut])]


def growth_of(old: int, hashes: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Consistency path by the recursive definition of RFC 9162 section 2.1.4.1."""
    if old == len(hashes):
        return [] if whole else [root_of(hashes)]
    cut = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= cut:
        return [*growth_of(old, hashes[:cut], whole=whole), root_of(hashes[cut:])]
    return [*growth_of(old - cut, hashes[cut:], whole=False), root_of(hashes[:cut])]


class StubLog:
    """A log of leaves with a key of its own."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.vkey = vkey(ORIGIN, self.key.public_key())
        self.hashes: list[bytes] = []

    def append(self, leaf: Leaf) -> Receipt:
        """Receipt of the leaf at the size right after it."""
        self.hashes.append(leaf_hash(leaf_bytes(leaf)))
        size = len(self.hashes)
        text = Checkpoint(ORIGIN, size, root_of(self.hashes)).text()
        path = [b64(step) for step in path_of(size - 1, self.hashes)]
        return Receipt(leaf, size - 1, sign_note(text, ORIGIN, self.key), path)


def eventually(check: Callable[[], Any], *, within_s: float = 20.0) -> bool:
    """Whether a condition comes true in time; waits no longer than it must."""
    until = time.monotonic() + within_s
    while not check():
        if time.monotonic() > until:
            return False
        time.sleep(0.002)
    return True


class Refused(Exception):
    """A problem document on its way out."""

    def __init__(self, status: int, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.facts = status, code, facts


class Fault(Struct):
    """What goes wrong with a request: a status, or a connection cut before or after the deed."""

    status: int = 0
    code: str = "journal.unavailable"
    headers: dict[str, str] = {}
    cut: str = ""
    tamper: Callable[[Answer], Answer] | None = None


def make_credential(url: str, log_vkey: str, *, seed: bytes | None = None) -> Credential:
    """Credential of a fresh installation that trusts this log."""
    private, _, keyid = new_key()
    if seed is not None:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        private, keyid = b64(seed), key_id(key.public_key())
    return Credential(
        installation="i-000000000001",
        device="ai-001",
        keyid=keyid,
        private=private,
        gateway=url,
        log_vkey=log_vkey,
        directory_serial=1,
        enrolled_at=datetime.now(UTC),
    )


def make_answer(log: StubLog, credential: Credential, **batch: Any) -> Answer:
    """Answer to a judged batch: `header`, `body`, `base`, `signature`, `rejected` and `flagged`."""
    header: wire.BatchHeader = batch["header"]
    digest, rejected, flagged = sha256(batch["body"]).digest(), batch["rejected"], batch.get("flagged", [])
    leaf: Leaf = {
        "v": 1,
        "salt": b64(digest[:16]),
        "device": credential.device,
        "installation": credential.installation,
        "site": "s-1",
        "stream": b64(header.stream),
        "first": header.first,
        "last": header.last,
        "prev": b64(header.prev),
        "body": b64(digest),
        "base": b64(batch["base"]),
        "signature": b64(batch["signature"]),
        "keyid": credential.keyid,
        "received_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "verdicts": verdicts_digest([*rejected, *flagged]),
        "directory": credential.directory_serial,
    }
    accepted = header.count - len(rejected)
    return Answer(digest.hex(), accepted, rejected, header.last + 1, log.append(leaf), flagged)


class StubGateway:
    """An HTTP server on a free port; `fault(attempt, header)` may spoil any request."""

    def __init__(self, *, clock_offset_s: float = 0.0) -> None:
        self.log = StubLog()
        self.batches: dict[tuple[bytes, int], tuple[bytes, Answer]] = {}
        self.prev: dict[bytes, bytes] = {}
        self.headers: list[wire.BatchHeader] = []
        self.lines: list[tuple[bytes, int, dict[str, Any]]] = []
        self.attempts = 0
        self.clock_offset_s = clock_offset_s
        self.fault: Callable[[int, wire.BatchHeader], Fault | None] = lambda attempt, header: None
        self.personal: Callable[[dict[str, Any]], str | None] = lambda event: None
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _doors(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.credential = make_credential(self.url, self.log.vkey)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> StubGateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Delivered events in order of arrival."""
        return [event for _, _, event in self.lines if kind in (None, event["kind"])]

    def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request; everything is checked as the protocol says."""
        with self._lock:
            return self._receive(headers, body)

    def _receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = signature.parse_signature(headers)
        if parts.keyid != self.credential.keyid:
            raise Refused(401, "key.unknown")
        digest = signature.verify_digest(headers, body)
        now = time.time() + self.clock_offset_s
        if abs(now - parts.created) > 300:
            raise Refused(401, "signature.time", server_time=datetime.fromtimestamp(now, UTC).isoformat())
        base = signature.verify_request(
            parts,
            public=self.credential.public(),
            method="POST",
            target_uri=self.url + wire.PATH,
            headers=headers,
        )
        header = wire.parse_batch_header(headers["nadzor-batch"])
        known = self.batches.get((header.stream, header.first))
        if known:
            if known[0] != digest:
                raise Refused(409, "batch.conflict")
            return known[1]
        if self.prev.get(header.stream, wire.NO_PREVIOUS) != header.prev:
            raise Refused(409, "batch.conflict", reason="prev")
        return self._accept(header, body, base=base, signature=parts.signature, headers=headers)

    def _accept(self, header: wire.BatchHeader, body: bytes, **rest: Any) -> Answer:
        coding = rest["headers"].get("content-encoding", "identity")
        lines = wire.split_lines(wire.inflate(body, coding=coding))
        if len(lines) != header.count:
            raise Refused(400, "batch.count-mismatch")
        rejected = []
        for seq, line in enumerate(lines, header.first):
            event = wire.decode_line(line)
            if isinstance(event, wire.Malformed):
                rejected.append(Verdict(seq, event.code, event.at, event.detail))
            elif field := self.personal(codec.decode(line)):
                raise Refused(422, "batch.personal-data", seq=seq, at=field)
        answer = make_answer(self.log, self.credential, header=header, body=body, rejected=rejected, **rest)
        self.batches[header.stream, header.first] = sha256(body).digest(), answer
        self.prev[header.stream] = sha256(body).digest()
        self.headers.append(header)
        self.lines += [(header.stream, seq, json.loads(line)) for seq, line in enumerate(lines, header.first)]
        return answer


def _doors(stub: StubGateway) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            stub.attempts += 1
            try:
                fault = stub.fault(stub.attempts, wire.parse_batch_header(headers["nadzor-batch"])) or Fault()
                if fault.status:
                    return self._answer(fault.status, _problem(fault.status, fault.code), fault.headers)
                answer = stub.receive(headers, body) if fault.cut != "before" else None
            except Refused as no:
                return self._answer(no.status, _problem(no.status, no.code, **no.facts))
            except (signature.SignatureError, wire.BatchError) as no:
                return self._answer(400, _problem(400, no.code))
            if fault.cut or answer is None:
                self.close_connection = True
                return None
            return self._answer(200, encode_answer(fault.tamper(answer) if fault.tamper else answer))

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Door


def _problem(status: int, code: str, **facts: Any) -> bytes:
    return codec.encode({"type": f"/problems/{code}", "status": status, "title": code, "code": code, **facts})
