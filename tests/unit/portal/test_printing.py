# SPDX-License-Identifier: Apache-2.0
"""Paper: tagged, in its language, the same bytes for the same words, and made of nothing foreign."""

from __future__ import annotations

import re
import zlib

import pytest
from weasyprint.urls import FatalURLFetchingError

from nadzor.portal.printing import draw, pdf_answer, print_pdf

BASE = "https://portal.example/"
WHOLE = """<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Заключение</title></head>
<body data-above-left="З-1" data-above-right="sha-256" data-below-left="Не подпись"><h1>Заключение</h1>
<p>Норма <a href="/norms/x">R-033</a></p><table><thead><tr><th scope="col">А</th></tr></thead>
<tbody><tr><td>1</td></tr></tbody></table></body></html>"""


def test_a_paper_is_a_tagged_pdf_for_every_reader():
    """PDF/UA-1: structure, marks, language, a shown title; a table is a table."""
    inside = opened(draw(WHOLE, base=BASE))
    said = (b"/StructTreeRoot", b"/Marked true", b"/Lang (ru)", b"/DisplayDocTitle true", b"/Artifact")
    assert [mark for mark in said if mark not in inside] == []
    assert b'pdfuaid:part="1"' in inside and "Заключение".encode() in inside
    assert all(b"/S /" + tag in inside for tag in (b"H1", b"P", b"Table", b"TH", b"TD", b"Link"))
    assert b"https://portal.example/norms/x" in inside


def test_the_same_words_give_the_same_bytes():
    """A paper printed twice has one digest, so that two copies can be compared."""
    assert draw(WHOLE, base=BASE) == draw(WHOLE, base=BASE)


@pytest.mark.parametrize("asked", ['<img src="http://127.0.0.1/a" alt="a">', '<img src="/a" alt="a">'])
def test_a_paper_fetches_nothing(asked):
    """A picture from anywhere stops the printing: no network is asked and nothing is silently left out."""
    with pytest.raises(FatalURLFetchingError):
        draw(WHOLE.replace("<p>", asked + "<p>"), base=BASE)


@pytest.mark.parametrize(("lang", "name"), [("ru", "Надзор"), ("en", "Nadzor")])
def test_a_template_is_printed_in_its_language(lang, name):
    """The language is the paper's own, whatever the reader's."""
    paper = print_pdf("portal/paper.html", {}, title=name, lang=lang)
    inside = opened(paper)
    assert f"/Lang ({lang})".encode() in inside and name.encode() in inside


def test_a_paper_is_a_download_that_nobody_keeps():
    """Named, of its type, and stored by no cache on the way."""
    answer = pdf_answer(b"%PDF", "opinion-1")
    assert answer["Content-Disposition"] == 'attachment; filename="opinion-1.pdf"'
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")


def opened(paper: bytes) -> bytes:
    """The file with its packed streams unpacked beside it."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL)
    return paper + b"".join(_inflate(stream) for stream in packed)


def _inflate(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
