# SPDX-License-Identifier: Apache-2.0
"""Experiment 25: personal details by every way in; they are stopped or sealed, and nothing repeats them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, Final
from urllib.parse import quote

import pytest
import structlog
from django.core.files.uploadedfile import SimpleUploadedFile

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.gateway.app import create_app
from nadzor.vigilance.models import EventDocument, Narrative
from nadzor.vigilance.plain_text import personal_in
from nadzor_wire.batch import encode_event
from tests.event_files import HEAD
from tests.portal.test_vigilance_attacks import ANSWERS, clinic_system, everything, on_disk, upload
from tests.unit.gateway.door import running
from tests.unit.gateway.house import adverse_event, publish, request, study
from tests.unit.gateway.otlp_samples import JSON, NAME, PROTOBUF, encoded, export, headers_for, token_entry

PICTURE: Final = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2).decode()
DICOM: Final = base64.b64encode(bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00" + bytes(range(200))).decode()
#: What is sent, and the part of it that must stand nowhere afterwards.
CORPUS: Final = {
    "snils": ("СНИЛС 112-233-445 95", "233-445 95"),
    "oms": ("полис 7700 0012 3456 7895", "0012 3456 7895"),
    "passport": ("паспорт 45 08 123456", "08 123456"),
    "phone": ("тел. +7 916 123-45-67", "916 123-45"),
    "email": ("planted.person@clinic.example", "planted.person"),
    "name": ("пациент Подсаднов Пётр", "Подсаднов"),
    "dicom": ("(0010,0010) PODSADNOV^PETR", "PODSADNOV"),
    "picture": (PICTURE, PICTURE[40:90]),
    "dicom file": (DICOM, DICOM[180:220]),
}
GATE: Final = ("nadzor-batch", "signature-input", "content-digest", "user-agent", "accept-language",
               "x-forwarded-for", "authorization", "content-encoding", "cookie", "referer")  # fmt: skip


def leaks(home: Any, logged: str, planted: str) -> dict[str, Any]:
    """Where a planted text stands: the log, and any file of the whole data directory."""
    sought = planted.encode()
    files = [path for path in home.root.rglob("*") if path.is_file()]
    found = [str(path.relative_to(home.root)) for path in files if sought in path.read_bytes()]
    return {name: told for name, told in {"log": planted in logged, "files": found}.items() if told}


@pytest.mark.parametrize("kind", CORPUS)
def test_every_kind_is_recognised(kind):
    """None of the corpus passes for plain words, so none of it is kept in clear."""
    assert personal_in(CORPUS[kind][0]) != ""


def test_nothing_stays_of_what_came_by_the_wire(home, capsys):
    """Events, unknown fields, keys, headers, addresses, OTLP: no answer, log, metric or file repeats it."""

    async def play() -> list[Any]:
        publish(home, now=clock.now(), tokens={NAME: token_entry()})
        async with running(create_app(home, public_url="http://g.example")) as ask:
            answers = [await ask(*asked) for text, _planted in CORPUS.values() for asked in _asked(text)]
            answers += [await ask("GET", "/metrics"), await ask("GET", "/health/ready")]
            return answers

    with structlog.testing.capture_logs() as logs:
        answers = asyncio.run(play())
    publish_tiles(home)
    said = b"".join(answer.body + str(answer.headers).encode() for answer in answers)
    captured = capsys.readouterr()
    assert not [answer.status for answer in answers if answer.status >= 500]
    for _text, planted in CORPUS.values():
        assert planted.encode() not in said and json.dumps(planted)[1:-1].encode() not in said
        assert leaks(home, f"{logs}{captured.out}{captured.err}", planted) == {}


def _asked(text: str) -> list[tuple[str, str, dict[str, str], bytes]]:
    """Requests that carry the text in every place a sender writes."""
    now, ascii_text = clock.now(), text.encode().decode("latin-1").replace("\n", "")
    event = json.loads(encode_event(study(1, at=now)))
    lines = [
        json.dumps(event | {name: text}, ensure_ascii=False).encode()
        for name in (*event, "patient_name", "comment")
    ]
    lines += [json.dumps(event | {text: "x"}, ensure_ascii=False).encode(), text.encode()]
    lines += [encode_event(adverse_event(text[:300], at=now))]
    made = [request(line, now=now, url="http://g.example") for line in lines]
    asked = [("POST", "/v1/batches", dict(each.headers), each.body) for each in made]
    good = request(study(2, at=now), now=now, url="http://g.example")
    asked += [("POST", "/v1/batches", dict(good.headers) | {name: ascii_text}, good.body) for name in GATE]
    asked += [("GET", f"/log/{quote(text)}", {}, b""), ("GET", f"/v1/{quote(text)}?a={quote(text)}", {}, b"")]
    for media in (PROTOBUF, JSON):
        body = encoded(
            export(("nadzor.study", {"nadzor.kind": text, text: text, "nadzor.study": text})), media
        )
        asked.append(("POST", "/v1/logs", headers_for(media), body))
        asked.append(("POST", "/v1/logs", headers_for(media), text.encode()))
    return asked


def test_nothing_stays_of_what_came_through_pages_and_files(client_of, house, caplog):
    """Forms, uploads, names of files, addresses, headers: sealed or refused, and not in any table or log."""
    clinic, desk, maker = client_of("clinic"), client_of("inspector"), client_of("manufacturer_admin")
    system = clinic_system(house)
    for kind, (text, _planted) in CORPUS.items():
        given = ANSWERS | {"system": system, "words": text, "step": "send", "once": f"f-{kind}"}
        assert clinic.post("/clinic/report/", given).status_code == 302
        row = f'R-{kind},"{text}",2026-01-01,2026-01-02,2026-01-03,M,A09,"{text}"'
        assert upload(desk, f"{HEAD}\n{row}\n".encode(), f"{text[:60]}.csv").status_code == 200
        answers = _through_doors(desk, maker, clinic, text)
        assert [answer.request["PATH_INFO"] for answer in answers if answer.status_code >= 500] == []
    assert EventDocument.objects.filter(narrative__held=True).count() >= len(CORPUS)
    kept, logged = everything().splitlines(), caplog.text.splitlines()
    for kind, (_text, planted) in CORPUS.items():
        assert (kind, [line[:200] for line in kept if planted in line]) == (kind, [])
        assert (kind, [line[:200] for line in logged if planted in line]) == (kind, [])
        assert (kind, on_disk(house, planted)) == (kind, [])
        assert not Narrative.objects.filter(text__contains=planted).exists()


def _through_doors(desk: Any, maker: Any, clinic: Any, text: str) -> list[Any]:
    """Answers to the text in addresses, headers, sign-in, searches, uploads and the API."""
    name, line = quote(text[:80]), text.encode().decode("latin-1")
    paper = SimpleUploadedFile(f"{text[:40]}.pdf", b"%PDF-1.4 " + text.encode(), "application/pdf")
    table = SimpleUploadedFile(f"{text[:40]}.csv", f"{text};{text}\n1;2\n".encode(), "text/csv")
    return [
        desk.get(f"/devices/{name}/"), desk.get(f"/register/?q={name}"), desk.get(f"/norms/{name}"),
        desk.get("/signals/", headers={"user-agent": line, "accept-language": line, "referer": line}),
        desk.get(f"/problems/{name}"), desk.get(f"/journal/?device={name}&day={name}"),
        desk.get(f"/api/v1/devices/{name}"), desk.get(f"/api/v1/events?device={name}"),
        desk.post("/api/v1/events", json.dumps({"device": text}), content_type="application/json"),
        desk.post("/receipt/", {"receipt": table}), desk.post("/receipt/", {"text": text}),
        desk.post("/preferences/", {"language": text, "next": f"/{name}"}),
        desk.post("/login/", {"username": text, "password": text}),
        maker.post("/devices/ai-001/declared/2026-10/send", {"file": table}),
        maker.post("/devices/ai-001/ethics/answer/", {"note": text}),
        maker.post("/filings/", {"title": text}), maker.post("/filings/x/papers/", {"file": paper}),
        clinic.post("/clinic/report/", {"words": text, "event_on": text, "harm": text, "system": text}),
    ]  # fmt: skip
