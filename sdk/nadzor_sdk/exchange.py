# SPDX-License-Identifier: Apache-2.0
"""One HTTP connection to the gateway, kept alive, with a signature on every request."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from nadzor_sdk.delivery import Response
from nadzor_sdk.stream import Sealed
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH
from nadzor_wire.enrolment import Credential
from nadzor_wire.receipt import SentBatch
from nadzor_wire.signature import sign_request

CONNECT_S = 10.0
ANSWER_S = 60.0
ANSWER_MAX = 4 * 1024 * 1024  # bytes: five thousand verdicts take about one
BROKEN = Response(0)


class Exchange:
    """Signs and posts. Concurrency: one thread. Retries: none but once on a connection gone stale."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._key = credential.key()
        self._public = credential.public()
        self._target = credential.gateway.rstrip("/") + PATH
        self._parts = urlsplit(self._target)
        self._connection: http.client.HTTPConnection | None = None

    def sign(self, sealed: Sealed, *, created: int) -> SentBatch:
        """The batch as it goes out."""
        headers = {"Content-Type": CONTENT_TYPE, HEADER: sealed.header.render()}
        if sealed.coding != "identity":
            headers["Content-Encoding"] = sealed.coding
        signed = sign_request(
            private=self._key,
            keyid=self._credential.keyid,
            method="POST",
            target_uri=self._target,
            headers=headers,
            body=sealed.body,
            created=created,
            suite=self._credential.suite,
        )
        return SentBatch(
            installation=self._credential.installation,
            device=self._credential.device,
            keyid=self._credential.keyid,
            public=self._public,
            header=sealed.header,
            method="POST",
            target_uri=self._target,
            headers=signed,
            body=sealed.body,
            suite=self._credential.suite,
            former=self._credential.former,
        )

    def post(self, sent: SentBatch) -> Response:
        """The answer; a broken connection is an answer too."""
        fresh = self._connection is None
        response = self._attempt(sent.body, sent.headers)
        if response is BROKEN and not fresh:  # the server may have closed an idle connection
            response = self._attempt(sent.body, sent.headers)
        return response

    def close(self) -> None:
        """Closes the connection; the next post opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _attempt(self, body: bytes, headers: Mapping[str, str]) -> Response:
        try:
            connection = self._connection = self._connection or self._connect()
            connection.request("POST", self._parts.path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read(ANSWER_MAX + 1)
        except (OSError, http.client.HTTPException):
            self.close()
            return BROKEN
        if len(content) > ANSWER_MAX or answer.will_close:
            self.close()
        return Response(answer.status, found, content)

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=CONNECT_S)
        connection.connect()
        connection.sock.settimeout(ANSWER_S)
        return connection
