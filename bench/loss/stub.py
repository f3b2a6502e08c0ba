# SPDX-License-Identifier: Apache-2.0
"""The other side of the loss protocol: a server that fails for a while and then collects running numbers.

It speaks to every client the same way, but for the receipts: nadzor_sdk believes no answer without one,
so a request to /v1/batches gets a real one, from a log in memory with a key of its own.
"""

from __future__ import annotations

import gzip
import re
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import zstandard

from nadzor_wire import batch, signature
from nadzor_wire.coding import inflate
from nadzor_wire.enrolment import Credential
from nadzor_wire.receipt import encode_answer
from tests.stub_gateway import StubLog, make_answer, make_credential

NUMBER: Final = re.compile(rb"nadzor-(\d{6})")
STUDY: Final = re.compile(rb'"study":"([0-9a-f]{32})"')
RETRY_AFTER_S: Final = 5
FAULTS: Final = ("none", "503", "429", "refused", "kill")


class Server(ThreadingHTTPServer):
    """A thread a connection; a client that was killed in mid-request is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the numbers tell."""


class Stub:
    """One server for one client; it listens from the start, unless it is to refuse connections.

    Concurrency: a thread a connection. Absence: before `away_s` have passed it answers with the fault.
    """

    def __init__(self, fault: str, *, away_s: float) -> None:
        self.fault, self.numbers = fault, set[int]()
        self.requests = self.repeats = 0
        self._lock = threading.Lock()
        self._log = StubLog()
        self._given: dict[tuple[bytes, int], bytes] = {}
        self._server = Server(("127.0.0.1", 0), _doors(self), bind_and_activate=False)
        self._server.server_bind()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.credential: Credential = make_credential(self.url, self._log.vkey)
        self._back_at = time.monotonic() + (away_s if fault in ("503", "429", "refused") else 0.0)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def away(self) -> bool:
        """Whether it still fails."""
        return time.monotonic() < self._back_at

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def collect(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        """The answer to one request that is taken."""
        with self._lock:
            self.requests += 1
            if path.endswith(batch.PATH):
                return self._receipt(headers, body)
            self._note({int(found) for found in NUMBER.findall(_plain(headers, body))})
            return b"{}" if "json" in headers.get("content-type", "json") else b""

    def _note(self, numbers: set[int]) -> None:
        self.repeats += len(numbers & self.numbers)
        self.numbers |= numbers

    def _receipt(self, headers: dict[str, str], body: bytes) -> bytes:
        header = batch.parse_batch_header(headers["nadzor-batch"])
        place = header.stream, header.first
        if place not in self._given:
            parts = signature.parse_signature(headers)
            base = signature.verify_request(
                parts,
                public=self.credential.public(),
                method="POST",
                target_uri=self.url + batch.PATH,
                headers=headers,
            )
            made = {"header": header, "body": body, "base": base, "signature": parts.signature}
            self._given[place] = encode_answer(make_answer(self._log, self.credential, rejected=[], **made))
            lines = inflate(body, coding=headers.get("content-encoding", "identity"))
            self._note({int(study, 16) for study in STUDY.findall(lines)})
        return self._given[place]

    def _serve(self) -> None:
        while self.fault == "refused" and self.away:
            time.sleep(0.01)
        self._server.server_activate()
        self._server.serve_forever(0.05)


def _plain(headers: dict[str, str], body: bytes) -> bytes:
    match headers.get("content-encoding", "identity"):
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body


def _doors(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self._body(headers)
            if stub.away:
                return self._answer(int(stub.fault), b"")
            return self._answer(200, stub.collect(self.path, headers, body))

        def do_GET(self) -> None:
            self._answer(200, b"{}")

        def _body(self, headers: dict[str, str]) -> bytes:
            if headers.get("transfer-encoding", "") != "chunked":
                return self.rfile.read(int(headers.get("content-length", "0")))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", str(RETRY_AFTER_S))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Door
