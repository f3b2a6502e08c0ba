# SPDX-License-Identifier: Apache-2.0
"""Static files are served whole, cached, and at an address that changes with the content."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import AsyncClient

SHEET = "portal/tokens.css"


@pytest.fixture(scope="module")
def content():
    """The bytes of a style sheet of ours."""
    return Path(finders.find(SHEET)).read_bytes()


def test_an_address_carries_the_hash_of_the_content(content):
    """A page of today never gets a style of yesterday; a file that is not there gets no hash."""
    assert static(SHEET) == f"/static/{SHEET}?v={hashlib.sha256(content).hexdigest()[:12]}"
    assert static("portal/nothing.css") == "/static/portal/nothing.css"


def test_a_file_is_served_and_cached(client, content):
    """Also again, by its stamp, without a body."""
    answer = client.get(static(SHEET))
    assert (answer.status_code, answer.content) == (200, content)
    assert re.search(r"max-age=\d{4,}", answer.headers["Cache-Control"])
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "Access-Control-Allow-Origin" not in answer.headers
    again = client.get(static(SHEET), headers={"if-modified-since": answer.headers["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_is_served_under_asgi_without_a_warning(content):
    """Warnings are errors here; a streamed file would be one."""
    answer = asyncio.run(AsyncClient().get(static(SHEET)))
    assert answer.content == content


def test_a_head_asks_for_no_body(client, content):
    """Only the headers."""
    answer = client.head(static(SHEET))
    assert (answer.status_code, answer.content) == (200, b"")
