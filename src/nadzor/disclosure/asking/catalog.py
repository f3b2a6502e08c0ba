# SPDX-License-Identifier: Apache-2.0
"""The open sets as a catalogue that other catalogues harvest.

Method: DCAT-AP 3.0.1 as JSON-LD; every file is a distribution with its length and SPDX checksum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nadzor.base.problems import Text
from nadzor.disclosure.asking.sets import OpenSet, Shelf
from nadzor.disclosure.asking.snapshot import FileCard, Manifest

Page = dict[str, Any]
CONTEXT: Final[Page] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
PUBLIC: Final = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
HEALTH: Final = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
DAILY: Final = "http://publications.europa.eu/resource/authority/frequency/DAILY"
LANGUAGES: Final = tuple(
    f"http://publications.europa.eu/resource/authority/language/{code}" for code in ("RUS", "ENG")
)
SHA256: Final = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_TYPES: Final = "http://publications.europa.eu/resource/authority/file-type/"
_FORMATS: Final = {"csv": "CSV", "ndjson": "JSON", "xlsx": "XLSX", "parquet": "PARQUET"}
_MEDIA: Final = "http://www.iana.org/assignments/media-types/"


def catalog(told: Shelf, newest: Mapping[str, Manifest], *, base: str) -> Page:
    """The catalogue; `newest` are the snapshots by set, `base` the portal's address without a last slash."""
    sets = [_dataset(name, one, newest.get(name), told, base) for name, one in told.sets.items()]
    page: Page = {
        "@context": CONTEXT,
        "@id": f"{base}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _said(Text(ru="Открытые данные", en="Open data")),
        "dct:description": _said(told.disclaimer),
        "dct:publisher": _publisher(told, base),
        "dct:license": _at(told.licence_url),
        "foaf:homepage": _at(f"{base}/open-data/"),
        "dct:language": [_at(code) for code in LANGUAGES],
        "dcat:themeTaxonomy": _at("http://publications.europa.eu/resource/authority/data-theme"),
        "dcat:dataset": sets,
        "dcat:service": [_service(told, base)],
    }
    moments = [one.at.isoformat() for one in newest.values()]
    return page | ({"dct:modified": _typed(max(moments), "dateTime")} if moments else {})


def _dataset(name: str, one: OpenSet, newest: Manifest | None, told: Shelf, base: str) -> Page:
    page: Page = {
        "@id": f"{base}/open-data/{name}/",
        "@type": "dcat:Dataset",
        "dct:identifier": name,
        "dct:title": _said(one.name),
        "dct:description": _said(
            Text(ru=f"{one.says.ru} {one.caveat.ru}", en=f"{one.says.en} {one.caveat.en}")
        ),
        "dct:publisher": _publisher(told, base),
        "dct:accessRights": _at(PUBLIC),
        "dct:accrualPeriodicity": _at(DAILY),
        "dcat:theme": [_at(HEALTH)],
        "dcat:landingPage": _at(f"{base}/open-data/{name}/"),
        "dct:language": [_at(code) for code in LANGUAGES],
        "dcat:distribution": [],
    }
    if newest is None:
        return page
    page["dcat:version"] = newest.snapshot
    page["dct:modified"] = _typed(newest.at.isoformat(), "dateTime")
    page["dcat:distribution"] = [
        _distribution(file, newest, told, base) for file in newest.files if file.name.startswith("rows.")
    ]
    return page


def _distribution(file: FileCard, newest: Manifest, told: Shelf, base: str) -> Page:
    address = f"{base}/open-data/{newest.set}/{newest.snapshot}/{file.name}"
    schema = "row.schema.json" if file.name.endswith("ndjson") else "schema.json"
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": _at(f"{base}/open-data/{newest.set}/"),
        "dcat:downloadURL": _at(address),
        "dcat:mediaType": _at(_MEDIA + file.media_type.partition(";")[0]),
        "dct:format": _at(_TYPES + _FORMATS[file.name.rpartition(".")[2]]),
        "dcat:byteSize": _typed(str(file.bytes), "nonNegativeInteger"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _at(SHA256),
            "spdx:checksumValue": _typed(file.sha256, "hexBinary"),
        },
        "dct:license": _at(told.licence_url),
        "dct:conformsTo": _at(f"{base}/open-data/{newest.set}/{newest.snapshot}/{schema}"),
        "dct:modified": _typed(newest.at.isoformat(), "dateTime"),
    }


def _service(told: Shelf, base: str) -> Page:
    return {
        "@id": f"{base}/api/v1/open",
        "@type": "dcat:DataService",
        "dct:title": _said(Text(ru="Вопросы к открытым данным", en="Questions to open data")),
        "dcat:endpointURL": _at(f"{base}/api/v1/open"),
        "dcat:endpointDescription": _at(f"{base}/api/v1/openapi.json"),
        "dct:license": _at(told.licence_url),
        "dcat:servesDataset": [_at(f"{base}/open-data/{name}/") for name in told.sets],
    }


def _publisher(told: Shelf, base: str) -> Page:
    return {"@id": f"{base}/", "@type": "foaf:Agent", "foaf:name": _said(told.publisher)}


def _said(text: Text) -> list[Page]:
    return [{"@value": text.ru, "@language": "ru"}, {"@value": text.en, "@language": "en"}]


def _at(address: str) -> Page:
    return {"@id": address}


def _typed(value: str, kind: str) -> Page:
    return {"@value": value, "@type": f"xsd:{kind}"}
