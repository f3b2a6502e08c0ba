# SPDX-License-Identifier: Apache-2.0
"""One question to the portal: enrolment and rotation ask it, nothing else does."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

import msgspec

ANSWER_S = 30.0


class PortalError(Exception):
    """The portal did not do what was asked; the text says why, `code` and `problem` what it answered."""

    def __init__(self, text: str, *, problem: dict[str, Any] | None = None) -> None:
        super().__init__(text)
        self.problem = problem or {}
        self.code = str(self.problem.get("code", ""))


def ask_portal(portal: str, path: str, content: object) -> dict[str, Any]:
    """The answer to a question in JSON. Raises: PortalError for no answer, and for any but a good one."""
    parts = urlsplit(portal.rstrip("/") + path)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_S)
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection.request("POST", parts.path, body=msgspec.json.encode(content), headers=headers)
        answer = connection.getresponse()
        found = msgspec.json.decode(answer.read())
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as bad:
        raise PortalError(f"no answer from {parts.netloc}: {bad}") from None
    finally:
        connection.close()
    if not isinstance(found, dict) or answer.status != 200:
        told = found if isinstance(found, dict) else {}
        text = f"{answer.status} {told.get('code', '')}: {told.get('title', 'refused')}"
        raise PortalError(text, problem=told)
    return found
