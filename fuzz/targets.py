# SPDX-License-Identifier: Apache-2.0
"""The parsers, each with the refusals that are its right and with seeds that are good input of ours."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.gateway.fates import Request
from nadzor.gateway.judge import judge
from nadzor.gateway.keyring import KeyRing
from nadzor.gateway.otlp_judge import admit_bearer, judge_forwarded
from nadzor.gateway.shape import personal_place, shape_of
from nadzor.receipts.bundle import BundleError
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.register.parse_rows import parse
from nadzor.statutory.declared_files import read_csv, read_json
from nadzor.statutory.declared_said import Unreadable
from nadzor.statutory.declared_xlsx import read_xlsx
from nadzor.vigilance.code_files import read_annex
from nadzor.vigilance.import_records import open_table
from nadzor.vigilance.import_rows import read_row
from nadzor.vigilance.import_scan import scan
from nadzor.vigilance.import_shapes import layout
from nadzor_wire.base64text import unb64
from nadzor_wire.batch import decode_lines, parse_batch_header
from nadzor_wire.coding import BatchError, inflate
from nadzor_wire.cosignature import cosignatures, parse_cosigner
from nadzor_wire.enrolment import CredentialError, parse_credential
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.receipt import Answer, Receipt, ReceiptError, decode_answer, decode_receipt, verify_receipt
from nadzor_wire.signature import SignatureError, parse_signature
from tests import bundle_samples, event_files, register_samples
from tests.stub_gateway import make_credential
from tests.unit.gateway.house import NOW, URL, adverse_event, lines_of, request, ring, study
from tests.unit.gateway.otlp_samples import JSON, PROTOBUF, encoded, headers_for, studies, with_token

RING: Final = ring()
GOOD: Final = request(study(1), adverse_event("text"), coding="gzip")
BEARER: Final = admit_bearer(headers_for(), directory=KeyRing(with_token()), now=NOW, sandbox=False)
SIGNED: Final = ("signature-input", "signature", "nadzor-batch", "content-digest", "content-type")
PINS: Final = Pins(vkey=bundle_samples.VKEY, witnesses=(bundle_samples.WITNESS_KEY,))
TODAY: Final = date(2026, 11, 22)


class Target(Struct, frozen=True):
    """One parser: what it is fed, what it may refuse with, and what good input looks like."""

    feed: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: Callable[[], list[bytes]]


def lines(data: bytes) -> None:
    """A body of NDJSON, and what the quarantine keeps of each line."""
    decode_lines(data)
    for line in data.split(b"\n", 20)[:20]:
        personal_place(line)
        shape_of(line)


def codings(data: bytes) -> None:
    """A compressed body; its first byte says by what."""
    inflate(data[1:], coding=("gzip", "zstd", "identity")[data[0] % 3 if data else 2])


def headers(data: bytes) -> None:
    """The structured headers of a signed request, one a line, before a body that is good."""
    told = data.decode("latin-1").split("\n")
    given = dict(GOOD.headers) | dict(zip(SIGNED, told, strict=False))
    judge(Request("POST", given, GOOD.body), directory=RING, now=NOW, public_url=URL)
    parse_signature(given)
    parse_batch_header(given["nadzor-batch"])


def otlp(media: str) -> Callable[[bytes], None]:
    """A forwarded request of one media type."""

    def feed(data: bytes) -> None:
        judge_forwarded(Request("POST", headers_for(media), data), BEARER, now=NOW, target="http://g/v1/logs")

    return feed


def events(data: bytes) -> None:
    """A file of adverse events, CSV or JSON."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        with open_table(path, scan(path)) as table:
            laid = layout(table.headings)
            for record in table.records:
                read_row(record.cells, laid, today=TODAY)


def notes(data: bytes) -> None:
    """A signed note, its key and its cosignatures."""
    text = data.decode("utf-8", "replace")
    first, _newline, rest = text.partition("\n")
    for attempt in (
        lambda: parse_vkey(first),
        lambda: parse_cosigner(first),
        lambda: Checkpoint.parse(rest),
        lambda: cosignatures(rest, [first]),
        lambda: open_note(rest, first),
    ):
        try:
            attempt()
        except NoteError:
            continue


def receipts(data: bytes) -> None:
    """An answer, a receipt, a credential, in the SDK as anywhere."""
    for attempt in (decode_answer, _proved, parse_credential):
        try:
            attempt(data)
        except (ReceiptError, CredentialError):
            continue


def _proved(data: bytes) -> None:
    verify_receipt(decode_receipt(data), bundle_samples.VKEY)


def bundles(data: bytes) -> None:
    """A proof bundle that somebody hands an inspector."""
    verify_bundle(data, PINS)


def books(data: bytes) -> None:
    """A declared month: the first sheet of a workbook; the fuzzer writes its parts, not its checksums."""
    read_xlsx(data if data.startswith(b"PK") else _book(data))


def tables(data: bytes) -> None:
    """A declared month as CSV and as JSON."""
    for read in (read_csv, read_json):
        try:
            read(data)
        except Unreadable:
            continue


def codes(data: bytes) -> None:
    """An annex of the terminology, JSON or CSV."""
    for name in ("annex-a.json", "annex-a.csv"):
        try:
            read_annex(name, data)
        except Refusal:
            continue


def _book(data: bytes) -> bytes:
    """A workbook whose sheet, shared texts and relations are three parts of the data."""
    sheet, texts, relations = (data.split(b"\x00\x01", 2) + [b"", b""])[:3]
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", relations or _RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", texts or b"<sst/>")
    return held.getvalue()


_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORKBOOK: Final = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATIONS: Final = b'<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>'
_SHEET: Final = (
    f'<worksheet xmlns="{_MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>7</v></c>'
    '<c t="inlineStr"><is><t>x</t></is></c><c><f>1+1</f></c></row></sheetData></worksheet>'
).encode()
_TEXTS: Final = f'<sst xmlns="{_MAIN}"><si><t>month</t></si></sst>'.encode()


def _header_seed() -> bytes:
    return "\n".join(GOOD.headers[name] for name in SIGNED).encode("latin-1")


def _note_seed() -> bytes:
    return f"{bundle_samples.VKEY}\n{bundle_samples.content().checkpoint}".encode()


def _receipt_seeds() -> list[bytes]:
    """A receipt whose proof holds, the answer that brought it, a credential that trusts its log."""
    whole = bundle_samples.content()
    told = whole.batches[0]
    receipt = Receipt(told.leaf, told.index, whole.checkpoint, list(told.proof))
    answer = Answer(unb64(told.leaf["body"]).hex(), 4, list(told.rejected), 6, receipt, list(told.flagged))
    credential = make_credential("http://gateway.example", bundle_samples.VKEY, seed=bytes(range(32)))
    return [msgspec.json.encode(one) for one in (receipt, answer, credential)]


TARGETS: Final[Mapping[str, Target]] = {
    "lines": Target(lines, (), lambda: [b"\n".join(lines_of(study(1), adverse_event("text"))) + b"\n"]),
    "codings": Target(codings, (BatchError,), lambda: [b"\x00" + GOOD.body]),
    "headers": Target(headers, (SignatureError, BatchError), lambda: [_header_seed()]),
    "otlp_protobuf": Target(otlp(PROTOBUF), (), lambda: [encoded(studies(2), PROTOBUF)]),
    "otlp_json": Target(otlp(JSON), (), lambda: [encoded(studies(2), JSON)]),
    "events": Target(events, (Refusal,), lambda: [f"{event_files.HEAD}\n{event_files.good(1)}\n".encode()]),
    "notes": Target(notes, (), lambda: [_note_seed()]),
    "receipts": Target(receipts, (), _receipt_seeds),
    "bundles": Target(bundles, (BundleError,), lambda: [bundle_samples.sealed()]),
    "register": Target(parse, (Refusal,), lambda: [register_samples.register(register_samples.device())]),
    "books": Target(books, (Unreadable,), lambda: [b"\x00\x01".join((_SHEET, _TEXTS, _RELATIONS))]),
    "tables": Target(
        tables,
        (),
        lambda: [
            b"device;month;studies\nai-001;2026-10;7\n",
            b'{"device": "ai-001", "month": "2026-10", "rows": [{"studies": 7}]}',
        ],
    ),  # fmt: skip
    "codes": Target(codes, (), lambda: [b'[{"code": "A01", "term": "Patient device", "level": 1}]']),
}
