# SPDX-License-Identifier: Apache-2.0
"""Public notices as files: JSON and CSV with the same columns and rows, read a page at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Final

import msgspec

from nadzor.statutory.table import inert
from nadzor.vigilance.models import PublicNotice
from nadzor.vigilance.warning_cards import NoticeCard
from nadzor.vigilance.warnings import PAGE_MAX, NoticeFilter, public_notices

COLUMNS: Final = (
    "number", "device", "versions", "source", "kind", "title_ru", "title_en", "text_ru", "text_en",
    "published_at", "ended_at", "ended_because", "followed_by", "changed_at",
)  # fmt: skip
MEDIA_TYPES: Final = {"json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8"}


def notices_file(kind: str, *, now: datetime) -> Iterator[bytes]:
    """The file in a format, `json` or `csv`, part by part."""
    return _csv(now) if kind == "csv" else _json(now)


def notices_tag(kind: str) -> str:
    """A tag that changes with every notice and with what becomes of one."""
    last = PublicNotice.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return f'"{PublicNotice.objects.count()}-{last.isoformat() if last else "none"}-{kind}"'


def _walk(now: datetime) -> Iterator[NoticeCard]:
    page = public_notices(NoticeFilter(), now=now, limit=PAGE_MAX)
    yield from page.rows
    while page.next is not None:
        page = public_notices(NoticeFilter(), now=now, after=page.next, limit=PAGE_MAX)
        yield from page.rows


def _row(one: NoticeCard) -> dict[str, str]:
    told = msgspec.to_builtins(one)
    told |= {f"{name}_{lang}": told[name][lang] for name in ("title", "text") for lang in ("ru", "en")}
    told["versions"] = " ".join(one.versions)
    return {name: str(told[name] or "") for name in COLUMNS}


def _json(now: datetime) -> Iterator[bytes]:
    about = {"v": 1, "as_of": now, "columns": COLUMNS}
    yield msgspec.json.encode(about)[:-1] + b',"rows":['
    sign = b"\n"
    for one in _walk(now):
        yield sign + msgspec.json.encode(_row(one))
        sign = b",\n"
    yield b"\n]}\n"


def _csv(now: datetime) -> Iterator[bytes]:
    """RFC 4180, UTF-8; a cell that begins like a formula gets an apostrophe."""
    yield _line(COLUMNS)
    for one in _walk(now):
        yield _line(tuple(_row(one).values()))


def _line(cells: tuple[str, ...]) -> bytes:
    page = StringIO()
    csv.writer(page).writerow([inert(cell) for cell in cells])
    return page.getvalue().encode()
