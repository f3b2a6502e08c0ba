# SPDX-License-Identifier: Apache-2.0
"""Stored attacks: every text of the town is a script, a template and a formula; all pages are looked at."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from nadzor.base.home import Home
from tests.browser.crawl import PART
from tests.portal.conftest import FOREIGN, _insertion

POISON: Final = "=1+1\"'><xss-probe onxss=1>{{7*7}}</title></textarea></script>"
SEEN: Final = "&lt;xss-probe onxss=1&gt;"
#: Columns that hold what somebody typed, sent or named; keys, codes and states are not theirs to choose.
TYPED: Final = frozenset(
    (
        "name", "name_ru", "name_en", "intended_use_ru", "intended_use_en", "label_ru", "label_en",
        "title_ru", "title_en", "text_ru", "text_en", "because", "said_because", "review_because",
        "note", "product", "author", "why", "what", "told", "order", "first_name", "last_name",
        "device_told", "text", "external_number", "found", "opened_because", "ended_because",
    )
)  # fmt: skip
LEFT_OUT: Final = ("vigilance_codeedition", "vigilance_code", "register_seam")  # names that are keys
OF_A_KIND: Final = 2
PAGES: Final = 90
PUBLIC, OF_STAFF = (
    1,
    3,
)  # so many pages at least show the poison, escaped; the public is told little that is typed
ROLES: Final = (None, "inspector", "head", "registrar", "manufacturer_admin", "clinic", "auditor")
SLOW: Final = re.compile(r"\.pdf$|/logout|\.zip$")
LINK: Final = re.compile(r'(?:href|src|srcset|action)="(/[^"#\s]*)')
FORMULA: Final = re.compile(r"[\s]*[=@\t\r+＝＋－＠-](?![\d.,\s]*$)")
RUNS: Final = re.compile(r"(?i)\s*(javascript|data|vbscript):")
NUMBER_OR_DASH: Final = re.compile(r"[+-]?[\d.,:  ]+|[-–—]")


@pytest.fixture(scope="module")
def town_rows(town: Home) -> list[tuple[str, list[Any]]]:
    """Every row of the town's register, poisoned where people's words stand."""
    found, spoilt = [], 0
    with sqlite3.connect(town.database) as register:
        names = [name for (name,) in register.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in names:
            rows = register.execute(f'SELECT * FROM "{table}"').fetchall()
            if table in FOREIGN or not rows:
                continue
            columns = [row[1] for row in register.execute(f'PRAGMA table_info("{table}")')]
            if table not in LEFT_OUT:
                rows = [_poisoned(columns, row) for row in rows]
                spoilt += sum(POISON in str(cell) for row in rows for cell in row)
            found.append((_insertion(table, len(rows[0])), rows))
    assert spoilt > 100
    return found


def _poisoned(columns: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        POISON + cell if name in TYPED and isinstance(cell, str) and cell else cell
        for name, cell in zip(columns, row, strict=True)
    )


class Probe(HTMLParser):
    """Finds what became an element or an attribute of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag as a browser would see it."""
        if tag == "xss-probe" or any(name.startswith("on") for name, _value in attrs):
            self.found.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "action") and RUNS.match(value or ""):
                self.found.append(f"{tag} {value}")


def walk(client: Any, *starts: str) -> Iterator[tuple[str, Any, bytes]]:
    """Pages and files a role reaches by following links, some of each kind."""
    queue, known, kinds = list(starts), set(starts), Counter[str]()
    while queue and sum(kinds.values()) < PAGES:
        address = queue.pop(0)
        kind = PART.sub("*", re.sub(r"charts/[\w-]+", "charts/*", address.partition("?")[0]))
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND or SLOW.search(kind):
            kinds[kind] -= 1
            continue
        answer = client.get(address.replace("&amp;", "&"))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield address, answer, body
        if "html" in answer.headers.get("Content-Type", ""):
            fresh = [each for each in LINK.findall(body.decode()) if each not in known]
            queue += dict.fromkeys(fresh)
            known.update(fresh)


def fault(answer: Any, body: bytes) -> list[str]:
    """What in an answer would run, by its kind."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":
        probe = Probe()
        probe.feed(body.decode())
        return probe.found + (["template"] if b"49</title>" in body else [])
    if kind.endswith("xml"):
        return [each.tag for each in ET.fromstring(body).iter() if "xss-probe" in str(each.tag)]
    if kind == "text/csv":
        return formulas(body.decode("utf-8-sig"))
    if kind.endswith("sheet"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return [name for name in book.namelist() if b"<f>" in book.read(name)]
    if kind.endswith("json"):
        json.loads(body)
    return []


def formulas(text: str) -> list[str]:
    """Cells that a spreadsheet would calculate."""
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    cells = (cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row)
    return [cell for cell in cells if FORMULA.match(cell) and not NUMBER_OR_DASH.fullmatch(cell)]


@pytest.mark.parametrize("role", ROLES)
def test_no_stored_text_runs_on_any_page_or_in_any_file(client_of, role):
    """Escaped where it is shown, in pages, charts, feeds and tables, for each role that reads them."""
    starts = ("/", "/register/", "/notices/", "/signals/", "/filings/", "/events/", "/warnings/", "/clinic/",
              "/account/", "/morning/", "/monitoring/", "/months/", "/devices/", "/authority/", "/decisions/",
              "/vault/", "/audit/", "/reads/", "/statistics/", "/events/export/?as=csv",
              "/events/export/?as=xlsx", "/events/export/?as=mir", "/events/export/?as=fhir",
              "/notices/feed.xml")  # fmt: skip
    wrong, shown, kinds = {}, 0, Counter[str]()
    for address, answer, body in walk(client_of(role), *starts):
        assert answer.status_code < 500, address
        kinds[answer.headers.get("Content-Type", "").partition(";")[0]] += 1
        shown += SEEN.encode() in body
        if found := fault(answer, body):
            wrong[address] = found[:2]
    assert wrong == {}
    assert kinds["text/html"] > 15 and shown > (PUBLIC if role is None else OF_STAFF)


def test_a_paper_fetches_nothing(house):
    """A text that asks for a picture or a style from elsewhere, or from our disk, stops the paper."""
    from weasyprint.urls import FatalURLFetchingError

    from nadzor.portal.printing import draw

    for address in ("https://evil.example/x.png", "file:///etc/passwd", "http://169.254.169.254/"):
        with pytest.raises(FatalURLFetchingError):
            draw(
                f'<html lang="ru"><title>t</title><img alt="" src="{address}"></html>',
                base="http://localhost",
            )
