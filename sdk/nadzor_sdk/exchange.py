# SPDX-License-Identifier: Apache-2.0
"""Signed requests to the gateway, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nadzor_sdk.delivery import Response
from nadzor_sdk.line import Line
from nadzor_sdk.stream import Sealed
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH
from nadzor_wire.enrolment import Credential
from nadzor_wire.receipt import SentBatch
from nadzor_wire.signature import TAG, sign_request


class Carrier(Protocol):
    """Takes signed batches to a log and brings the answers."""

    def post(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """The answer; a broken connection is an answer too."""

    def close(self) -> None:
        """Lets go of what it holds; the next post opens it again."""

    def abort(self) -> None:
        """From another thread: ends the post at work, and every later one at once."""


class Exchange:
    """Signs with one key and posts. Concurrency: one thread, but any may abort."""

    def __init__(self, credential: Credential, *, carrier: Carrier | None = None) -> None:
        self._credential = credential
        self._key = credential.key()
        self._public = credential.public()
        self.target = credential.gateway.rstrip("/") + PATH
        self._carrier = carrier or Line(self.target)

    def sign(self, sealed: Sealed, *, created: int, tag: str = TAG) -> SentBatch:
        """The batch as it goes out."""
        headers = {"Content-Type": CONTENT_TYPE, HEADER: sealed.header.render()}
        if sealed.coding != "identity":
            headers["Content-Encoding"] = sealed.coding
        signed = sign_request(
            private=self._key,
            keyid=self._credential.keyid,
            method="POST",
            target_uri=self.target,
            headers=headers,
            body=sealed.body,
            created=created,
            tag=tag,
            suite=self._credential.suite,
        )
        return SentBatch(
            installation=self._credential.installation,
            device=self._credential.device,
            keyid=self._credential.keyid,
            public=self._public,
            header=sealed.header,
            method="POST",
            target_uri=self.target,
            headers=signed,
            body=sealed.body,
            suite=self._credential.suite,
            former=self._credential.former,
        )

    def post(self, sent: SentBatch) -> Response:
        """The answer; a broken connection is an answer too."""
        return self._carrier.post(sent.body, sent.headers)

    def close(self) -> None:
        """Closes the connection; the next post opens another."""
        self._carrier.close()

    def abort(self) -> None:
        """From another thread: ends the post at work, and every later one at once."""
        self._carrier.abort()
