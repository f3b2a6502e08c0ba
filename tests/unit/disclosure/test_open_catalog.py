# SPDX-License-Identifier: Apache-2.0
"""The catalogue for harvesters: all that DCAT-AP 3 demands of catalogues, sets, files and services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nadzor.disclosure.asking.catalog import catalog
from nadzor.disclosure.asking.sets import open_set, shelf
from nadzor.disclosure.asking.snapshot import FILES, Manifest, change_of, file_card, row_schema, snapshot_name

AT = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
BASE = "https://nadzor.example"
#: The mandatory properties of DCAT-AP 3.0.1, and those it recommends and we promise.
SHAPES = {
    "dcat:Catalog": {
        "dct:title", "dct:description", "dct:publisher", "dcat:dataset", "dct:license", "dct:language",
    },
    "dcat:Dataset": {"dct:title", "dct:description", "dct:publisher", "dcat:theme", "dcat:distribution"},
    "dcat:Distribution": {"dcat:accessURL", "dcat:downloadURL", "dct:format", "dct:license", "spdx:checksum"},
    "dcat:DataService": {"dct:title", "dcat:endpointURL", "dcat:servesDataset"},
    "spdx:Checksum": {"spdx:algorithm", "spdx:checksumValue"},
    "foaf:Agent": {"foaf:name"},
}  # fmt: skip


def manifest(name: str) -> Manifest:
    """A snapshot of a set with every file."""
    return Manifest(
        set=name, edition=1, snapshot="2026-11-22-7", change=7, at=AT, rows=2, license="CC-BY-4.0",
        license_url=shelf().licence_url, files=tuple(file_card(file, file.encode()) for file in FILES),
    )  # fmt: skip


def nodes(page: Any) -> list[dict[str, Any]]:
    """Every typed node of a page."""
    if isinstance(page, list):
        return [node for each in page for node in nodes(each)]
    if not isinstance(page, dict):
        return []
    inner = [node for value in page.values() for node in nodes(value)]
    return [page, *inner] if "@type" in page and "@value" not in page else inner


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The catalogue of a house with one snapshot."""
    return catalog(shelf(), {"entries": manifest("entries")}, base=BASE)


def test_every_node_has_what_its_class_demands(page):
    """No mandatory property is missing anywhere, and no class is of no shape."""
    lacking = [
        (node["@type"], SHAPES[node["@type"]] - node.keys())
        for node in nodes(page)
        if SHAPES[node["@type"]] - node.keys()
    ]
    assert lacking == []


def test_every_prefix_is_declared(page):
    """A property whose prefix nobody declared would be dropped by every reader."""
    used = {key.partition(":")[0] for node in nodes(page) for key in node if ":" in key}
    assert used <= page["@context"].keys()


def test_every_address_is_whole(page):
    """Harvesters follow addresses from far away: each has a scheme and a host."""
    named = [node["@id"] for node in nodes(page) if "@id" in node]
    linked = [
        value["@id"]
        for node in nodes(page)
        for value in node.values()
        if isinstance(value, dict) and "@id" in value
    ]
    assert [address for address in named + linked if "://" not in address] == []


def test_every_set_and_every_file_of_rows_is_there(page):
    """All sets, also one without a snapshot; five distributions of one that has one, each with its digest."""
    sets = {one["dct:identifier"]: one for one in page["dcat:dataset"]}
    assert set(sets) == set(shelf().sets)
    files = sets["entries"]["dcat:distribution"]
    assert [file["dct:title"] for file in files] == [name for name in FILES if name.startswith("rows.")]
    assert {len(file["spdx:checksum"]["spdx:checksumValue"]["@value"]) for file in files} == {64}
    assert sets["norms"]["dcat:distribution"] == []


def test_titles_are_in_both_languages(page):
    """Every title and description is said in Russian and in English."""
    texts = [node[key] for node in nodes(page) for key in ("dct:title", "dct:description") if key in node]
    told = [{part["@language"] for part in text} for text in texts if isinstance(text, list)]
    assert told and all(languages == {"ru", "en"} for languages in told)


@pytest.mark.parametrize(
    ("name", "change"), [("2026-11-22-7", 7), ("latest", -1), ("../x", -1), ("2026-11-22", -1)]
)
def test_a_snapshot_is_named_by_day_and_change(name, change):
    """The name tells the Moscow day and the change; nothing else is a name."""
    assert change_of(name) == change
    assert snapshot_name(7, AT) == "2026-11-22-7"


def test_the_schema_of_a_row_names_every_column():
    """Nothing may stand in a row that its schema does not name."""
    text = row_schema(open_set("entries")).decode()
    assert '"additionalProperties": false' in text
    assert all(f'"{name}"' in text for name in open_set("entries").columns)
