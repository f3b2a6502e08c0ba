# SPDX-License-Identifier: Apache-2.0
"""Files to take away: the same rows in five formats, byte for byte again, inert, nothing hidden in them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.make_snapshot import make_snapshot, make_snapshots
from nadzor.actions.open_shelf.formats import files_of
from nadzor.actions.open_shelf.kept import latest, shelf_room, snapshot_file, snapshots
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.base.problems import Refusal
from nadzor.disclosure.asking.sets import open_set, shelf
from nadzor.disclosure.asking.snapshot import FILES
from nadzor.people.queries import CONSOLE
from nadzor.records import audit
from nadzor.records.models import Embargo
from nadzor.vigilance.models import PublicNotice
from tests.open_samples import release, table
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
ROWS = ("rows.csv", "rows.excel.csv", "rows.ndjson", "rows.xlsx", "rows.parquet")
WEAK = "7.7.7-weak"


@pytest.fixture(autouse=True)
def _filled(home):
    import_register(register(device()), by=CONSOLE, now=NOW)
    release(home, table("2026-09"), at=NOW)
    publish_open_rows(home, now=NOW)


def columns(content: bytes, name: str) -> dict[str, list[Any]]:
    """A file of rows as columns of plain text, whatever its format."""
    if name.endswith("csv"):
        text, mark = content.decode("utf-8-sig"), ";" if "excel" in name else ","
        head, *lines = csv.reader(io.StringIO(text), delimiter=mark)
        return {key: [line[at] for line in lines] for at, key in enumerate(head)}
    if name.endswith("parquet"):
        return pq.read_table(io.BytesIO(content)).to_pydict()
    rows = [msgspec.json.decode(line) for line in content.splitlines()]
    return {key: [row[key] for row in rows] for key in rows[0]}


def whole(content: bytes, name: str) -> str:
    """Everything a file says, inflated."""
    if name.endswith("xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(part).decode() for part in book.namelist())
    if name.endswith("parquet"):
        return str(columns(content, name))
    return content.decode("utf-8-sig")


def test_every_format_holds_the_same_rows(home):
    """The statistics read the same from CSV, the CSV for Excel, NDJSON and Parquet."""
    made = make_snapshot(home, "statistics", now=NOW)
    told = {
        name: columns(snapshot_file(home, "statistics", made, name)[0], name)
        for name in ROWS
        if not name.endswith("xlsx")
    }
    ids = [[str(one) for one in found["id"]] for found in told.values()]
    values = [["" if one is None else str(one) for one in found["value"]] for found in told.values()]
    assert ids.count(ids[0]) == values.count(values[0]) == 4
    assert len(ids[0]) == latest(home, "statistics").rows == 15


def test_a_snapshot_is_made_again_byte_for_byte(home):
    """A crash after the files and before the deed leaves files that the next run would write the same."""
    made = make_snapshot(home, "entries", now=NOW)
    kept = {name: snapshot_file(home, "entries", made, name)[0] for name in FILES}
    rows = [msgspec.json.decode(line) for line in kept["rows.ndjson"].splitlines()]
    assert files_of(open_set("entries"), shelf(), rows, at=latest(home, "entries").at) == kept


def test_digests_stand_in_the_chain_of_deeds(home):
    """Each file's SHA-256 is recorded with the deed, and is that of the file."""
    made = make_snapshot(home, "entries", now=NOW)
    (deed,) = audit.entries(object="open set entries")
    assert deed.facts["snapshot"] == made
    for name, told in deed.facts["files"].items():
        content, card = snapshot_file(home, "entries", made, name)
        assert hashlib.sha256(content).hexdigest() == told == card.sha256


def test_one_a_day_and_only_of_what_changed(home):
    """Nothing is made twice; a change of the same day waits for the next, unless somebody asks for it."""
    assert len(make_snapshots(home, now=NOW)) == 4
    assert make_snapshots(home, now=NOW + timedelta(days=1)) == []
    import_register(register(device(name={"ru": "Иное", "en": "Other"})), by=CONSOLE, now=NOW)
    publish_open_rows(home, now=NOW)
    assert make_snapshot(home, "entries", now=NOW) == ""
    assert make_snapshot(home, "entries", now=NOW, anew=True) != ""
    assert len(snapshots(home, "entries")) == 2


def test_a_set_without_rows_has_no_snapshot(home):
    """A set that nobody filled has nothing to take away, and says so."""
    assert make_snapshot(home, "notices", now=NOW) == ""
    with pytest.raises(Refusal, match="open.snapshot-unknown"):
        latest(home, "notices")


def test_a_cell_is_never_a_formula(home):
    """A name that begins like a formula is text in every spreadsheet."""
    evil = {"ru": "=HYPERLINK(1)", "en": "+1+1"}
    import_register(register(device(name=evil)), by=CONSOLE, now=NOW)
    publish_open_rows(home, now=NOW)
    made = make_snapshot(home, "entries", now=NOW)
    for name in ("rows.csv", "rows.excel.csv"):
        found = columns(snapshot_file(home, "entries", made, name)[0], name)
        assert (found["name_ru"], found["name_en"]) == (["'=HYPERLINK(1)"], ["'+1+1"])
    assert "<f>" not in whole(snapshot_file(home, "entries", made, "rows.xlsx")[0], "rows.xlsx")


def test_what_is_under_embargo_is_in_no_format(home):
    """A version kept from the public stands in none of the files, nor does a hidden figure have a value."""
    PublicNotice.objects.create(
        number="SN-2026-000001", device="ai-901", versions=[WEAK], source="regulator", kind="deviation",
        title_ru="Отклонение", title_en="A deviation", text_ru="Текст", text_en="Text", cites=[],
        published_at=NOW, published_by="head", changed_at=NOW,
    )  # fmt: skip
    Embargo.objects.create(
        device="ai-901", version="", hides=["version"], because="weak", placed_by="head", placed_at=NOW,
        until=NOW + timedelta(days=9),
    )  # fmt: skip
    publish_open_rows(home, now=NOW)
    for name in ("notices", "statistics"):
        made = make_snapshot(home, name, now=NOW)
        texts = [whole(snapshot_file(home, name, made, file)[0], file) for file in ROWS]
        assert [WEAK in text for text in texts] == [False] * len(ROWS)
        assert ["site" in text.replace("website", "") for text in texts] == [False] * len(ROWS)
    hidden = columns(snapshot_file(home, "statistics", made, "rows.parquet")[0], "rows.parquet")
    kept_back = [at for at, state in enumerate(hidden["state"]) if state == "hidden"]
    assert kept_back and all(hidden["value"][at] is hidden["low"][at] is None for at in kept_back)


def test_a_file_that_was_changed_is_not_given_out(home):
    """What lies on the disk under a digest is checked before it leaves."""
    made = make_snapshot(home, "entries", now=NOW)
    (shelf_room(home, "entries") / made / "rows.csv").write_bytes(b"code\r\n")
    with pytest.raises(Refusal, match="open.snapshot-damaged"):
        snapshot_file(home, "entries", made, "rows.csv")


@pytest.mark.parametrize("file", ["../../nadzor.json", "rows.exe", ".manifest"])
def test_only_listed_files_leave(home, file):
    """No name leads out of the snapshot's folder."""
    made = make_snapshot(home, "entries", now=NOW)
    with pytest.raises(Refusal, match="open.snapshot-unknown"):
        snapshot_file(home, "entries", made, file)
