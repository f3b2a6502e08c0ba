# SPDX-License-Identifier: Apache-2.0
"""Every format of the open statistics read back and held against the published tables, cell by cell."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, Final

import jsonschema
import pyarrow.parquet as pq
import pytest
from django.test import Client
from openpyxl import load_workbook

from nadzor.actions.make_snapshot import make_snapshot
from nadzor.actions.open_shelf.kept import latest, snapshot_file
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.base.home import Home
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.tables import Band, Figure, NotCollected, NotYet, PublicTable, canonical
from nadzor.records.releases import place, public_table, published
from tests.open_samples import release, table
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
SET: Final = "statistics"
Told = tuple[str, int | None, int | None, int | None, str | None]  # state, value, low, high, reason
Cells = dict[str, Told]


@pytest.fixture(autouse=True)
def _published(home: Home) -> None:
    release(home, table("2026-07"), at=NOW)
    release(home, table("2026-08", studies=Shown(0)), at=NOW)
    release(home, table("2026-09", studies=Hidden("neighbours", 0)), at=NOW)
    release(home, table("2026-10", studies=Band(5, None)), at=NOW)
    release(home, table("2026-11"), at=NOW, is_out=False)
    publish_open_rows(home, now=NOW)
    make_snapshot(home, SET, now=NOW)


def told(figure: Figure) -> Told:
    """What every format must say of a figure; nothing stands where nothing is shown."""
    match figure:
        case Shown(value):
            return "shown", value, None, None, None
        case Band(low, high):
            return "band", None, low, high, None
        case Hidden(reason):
            return "hidden", None, None, None, reason
        case NotCollected():
            return "not_collected", None, None, None, None
        case NotYet():
            return "not_yet", None, None, None, None


def released(home: Home) -> tuple[Cells, dict[str, str]]:
    """Every cell of every published table by its place, and the digest of its release."""
    cells: Cells = {}
    digests: dict[str, str] = {}
    for card in published():
        found: PublicTable = public_table(home, card.series, card.period)
        for cell in found.cells:
            key = "/".join((card.series, card.period, *cell.row, cell.measure))
            cells[key], digests[key] = told(cell.figure), card.sha256
        assert hashlib.sha256(canonical(found)).hexdigest() == card.sha256
        assert place(home, card.sha256).read_bytes() == canonical(found)
    return cells, digests


def as_csv(content: bytes) -> Iterator[dict[str, Any]]:
    """Rows of a CSV file; an empty cell says nothing, which is not 0."""
    text = content.decode("utf-8-sig")
    delimiter = ";" if content.startswith(b"\xef\xbb\xbf") else ","
    for row in csv.DictReader(StringIO(text), delimiter=delimiter):
        numbers = {name: int(row[name]) if row[name] else None for name in ("value", "low", "high")}
        yield {**row, **numbers, "reason": row["reason"] or None, "row": row["row"].split("; ")}


def as_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """Rows of NDJSON."""
    yield from map(json.loads, content.splitlines())


def as_workbook(content: bytes) -> Iterator[dict[str, Any]]:
    """Rows of a workbook."""
    head, *rows = load_workbook(BytesIO(content))["rows"].iter_rows(values_only=True)
    for row in rows:
        found = dict(zip(head, row, strict=True))
        yield {**found, "row": found["row"].split("; ")}


def as_parquet(content: bytes) -> Iterator[dict[str, Any]]:
    """Rows of a Parquet file."""
    yield from pq.read_table(BytesIO(content)).to_pylist()


READ: Final[dict[str, Callable[[bytes], Iterator[dict[str, Any]]]]] = {
    "rows.csv": as_csv, "rows.excel.csv": as_csv, "rows.ndjson": as_lines, "rows.xlsx": as_workbook,
    "rows.parquet": as_parquet,
}  # fmt: skip


def asked() -> list[dict[str, Any]]:
    """All rows through the open API, page by page."""
    rows, address = [], f"/api/v1/open/{SET}?limit=7"
    client = Client()
    while address:
        answer = client.get(address)
        rows += answer.json()["results"]
        address = answer.get("Link", "").partition("<")[2].partition(">")[0]
    return rows


def _must_agree(rows: list[dict[str, Any]], home: Home) -> None:
    cells, digests = released(home)
    found = {
        row["id"]: tuple(row[name] for name in ("state", "value", "low", "high", "reason")) for row in rows
    }
    assert len(rows) == len(found) == len(cells) == 60
    assert found == cells
    assert {row["id"]: row["release"] for row in rows} == digests
    for row in rows:
        assert "/".join((row["series"], row["period"], *row["row"], row["measure"])) == row["id"]


@pytest.mark.parametrize("file", [*READ, "api"])
def test_every_format_tells_every_cell(home: Home, file: str) -> None:
    """Zero is 0, what is hidden has no number at all, and nothing unpublished stands in any format."""
    if file == "api":
        rows = asked()
    else:
        content, card = snapshot_file(home, SET, latest(home, SET).snapshot, file)
        assert (card.sha256, card.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        rows = list(READ[file](content))
    _must_agree(rows, home)
    assert {row["value"] for row in rows if row["state"] == "shown"} == {0, 1412}
    assert {type(row["value"]) for row in rows if row["state"] != "shown"} == {type(None)}


def test_the_schemas_describe_the_files(home: Home) -> None:
    """Each line fits the JSON Schema; the columns of every format are those of both schemas, in order."""
    name = latest(home, SET).snapshot
    files = {
        file: snapshot_file(home, SET, name, file)[0] for file in (*READ, "schema.json", "row.schema.json")
    }
    schema, columns = json.loads(files["row.schema.json"]), json.loads(files["schema.json"])["fields"]
    names = [field["name"] for field in columns]
    assert list(schema["properties"]) == names
    for row in as_lines(files["rows.ndjson"]):
        jsonschema.validate(row, schema)
        assert list(row) == names
    assert next(csv.reader(StringIO(files["rows.csv"].decode()))) == names
    assert pq.read_schema(BytesIO(files["rows.parquet"])).names == names
    assert [cell.value for cell in next(load_workbook(BytesIO(files["rows.xlsx"]))["rows"].rows)] == names
    numbers = {field["name"] for field in columns if field["type"] == "integer"}
    assert numbers >= {"value", "low", "high"}


def test_a_digest_of_the_page_is_that_of_the_file(home: Home) -> None:
    """The page of the set tells the digest that the downloaded bytes have."""
    one = latest(home, SET)
    page = Client().get(f"/open-data/{SET}/").content.decode()
    for card in one.files:
        got = Client().get(f"/open-data/{SET}/{one.snapshot}/{card.name}")
        content = b"".join(got.streaming_content) if got.streaming else got.content
        assert hashlib.sha256(content).hexdigest() == card.sha256
        assert card.sha256 in page
    assert one.at <= datetime.now(UTC)
