# SPDX-License-Identifier: Apache-2.0
"""Static files: served whole by the application, at addresses that change when the content does."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class HashedAddressStorage(StaticFilesStorage):
    """Adds `?v=<hash>` to the address of a file.

    Why: no collect step is needed, and a browser never shows yesterday's style with today's page.
    """

    def url(self, name: str | None) -> str:
        """The address of a static file."""
        address = super().url(name)
        digest = _digest(name or "")
        return f"{address}?v={digest}" if digest else address


@cache
def _digest(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        return ""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


class StaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, answering with the whole body.

    Why: its streaming answer is synchronous, which ASGI can only copy, with a warning; our files are small.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The answer for one static file."""
        found = static_file.get_response(request.method, request.META)
        body = b"" if found.file is None else found.file.read()
        if found.file is not None:
            found.file.close()
        answer = HttpResponse(body, status=int(found.status))
        for name, value in found.headers:
            answer[name] = value
        return answer
