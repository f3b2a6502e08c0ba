# SPDX-License-Identifier: Apache-2.0
"""A body that is too large is refused at the door, in words, before it is read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.core.asgi import get_asgi_application

from nadzor.site.body_limit import BODY_MAX, BodyLimit

MEGABYTE = b"x" * 1024 * 1024


def ask(
    path: str, *, chunks: int = 0, declared: int | None = None, lang: str = "en"
) -> tuple[Any, bytes, int]:
    """One POST: the start of the answer, its body, and how many chunks were asked for."""
    headers = [(b"host", b"localhost"), (b"accept-language", lang.encode()), (b"content-type", b"text/plain")]
    if declared is not None:
        headers.append((b"content-length", str(declared).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "scheme": "http",
        "server": ("localhost", 80), "client": ("127.0.0.1", 5), "root_path": "",
    }  # fmt: skip
    sent: list[Any] = []
    asked = 0

    async def receive():
        nonlocal asked
        asked += 1
        if asked > chunks + 1:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": MEGABYTE, "more_body": asked <= chunks}

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(get_asgi_application())(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0], body, asked


@pytest.mark.django_db(transaction=True)
def test_two_hundred_megabytes_are_refused_by_their_length():
    """Nothing of the body is read; the page says what to do, in the reader's language."""
    start, body, asked = ask("/filings/new/", declared=200 * 1024 * 1024)
    assert (start["status"], asked) == (413, 0)
    assert "Split the file" in body.decode()


@pytest.mark.django_db(transaction=True)
def test_a_body_without_a_length_is_counted():
    """As soon as more has come in than may, the rest is not read."""
    start, _body, asked = ask("/login/", chunks=200)
    assert (start["status"], asked) == (413, BODY_MAX // len(MEGABYTE) + 1)


def test_a_program_gets_a_problem_document():
    """The API answers in its own form."""
    start, body, asked = ask("/api/v1/filings", declared=BODY_MAX + 1, lang="ru")
    page = json.loads(body)
    assert (start["status"], asked) == (413, 0)
    assert page["code"] == "file.too-large" and page["title"].startswith("Файл больше")


def test_an_honest_body_passes():
    """What fits is answered by whoever it was for."""
    start, _body, asked = ask("/health/live", declared=10)
    assert (start["status"], asked > 0) == (403, True)  # no token: the portal itself answered
