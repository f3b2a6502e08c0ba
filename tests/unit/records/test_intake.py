# SPDX-License-Identifier: Apache-2.0
"""A file is what its bytes say; a programme under a document's name never gets in."""

from __future__ import annotations

import stat
import zlib

import pytest

from nadzor.base.problems import Refusal
from nadzor.records import intake
from nadzor.records.files import SIZE_MAX
from nadzor.simulate.filings import paper, picture
from tests.filing_samples import PDF

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
EXE = b"MZ\x90\x00" + b"\0" * 60


def stream(inside: bytes) -> bytes:
    """A PDF whose one compressed part holds something."""
    packed = zlib.compress(inside)
    return PDF + b"4 0 obj\n<< /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    ("content", "name", "declared", "kind"),
    [
        (PDF, "Report.PDF", "application/pdf", "application/pdf"),
        (paper("risk"), "risk.pdf", "", "application/pdf"),
        (picture(), "shot.png", "image/png; charset=x", "image/png"),
        (b"\xff\xd8\xff\xe0....", "shot.jpeg", "image/jpg", "image/jpeg"),
        (b"<?xml version='1.0'?><a/>", "application.xml", "text/xml", "application/xml"),
        (b"\x30\x82\x01\x00", "application.sig", "application/octet-stream", "application/pkcs7-signature"),
        (stream(b"BT (words) Tj ET"), "packed.pdf", "application/pdf", "application/pdf"),
    ],
)
def test_honest_files_are_taken(content, name, declared, kind):
    """Under their true type, and it is said that nobody scanned them."""
    found = intake.checked(content, name=name, declared=declared)
    assert (found.media_type, found.scan) == (kind, "no scanner configured")


@pytest.mark.parametrize(
    ("content", "name", "declared", "allowed", "code"),
    [
        (b"", "a.pdf", "", ("pdf",), "file.empty"),
        (EXE, "a.pdf", "application/pdf", ("pdf",), "file.disguised"),
        (PNG, "a.pdf", "application/pdf", ("pdf",), "file.disguised"),
        (PDF, "a.pdf", "text/html", ("pdf",), "file.disguised"),
        (PDF, "a.pdf.exe", "application/pdf", ("pdf",), "file.type"),
        (PNG, "a.png", "image/png", ("pdf",), "file.type"),
        (PDF, "a", "application/pdf", ("pdf",), "file.type"),
        (PDF + b"/OpenAction << /S /JavaScript /JS (x) >>", "a.pdf", "", ("pdf",), "file.active"),
        (PDF + b"<< /S /L#61unch >>", "a.pdf", "", ("pdf",), "file.active"),
        (stream(b"<< /Type /Action /S /JavaScript >>"), "a.pdf", "", ("pdf",), "file.active"),
        (PDF + b"<< /EmbeddedFile >>", "a.pdf", "", ("pdf",), "file.active"),
    ],
)
def test_dishonest_files_are_refused(content, name, declared, allowed, code):
    """Empty, disguised, of another type, or carrying a programme, openly, escaped or packed."""
    with pytest.raises(Refusal) as refusal:
        intake.checked(content, name=name, declared=declared, allowed=allowed)
    assert refusal.value.code == code


def test_a_large_file_is_refused():
    """One byte more than the limit."""
    with pytest.raises(Refusal, match=r"file\.too-large"):
        intake.checked(PDF.ljust(SIZE_MAX + 1, b" "), name="a.pdf")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("C:\\Users\\x\\Отчёт.pdf", "Отчёт.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("re\u202etrop.pdf", "retrop.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_names_are_made_safe(told, kept):
    """No path, no control or bidirectional character, the extension kept."""
    assert intake.safe_name(told) == kept


def scanner(tmp_path, code):
    """A scanner that answers so, and keeps a copy of what it was shown."""
    path = tmp_path / "scan.sh"
    path.write_text(f'#!/bin/sh\ncp "$2" {tmp_path}/seen\nexit {code}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"{path} --quiet"


def test_a_scanner_is_asked(tmp_path):
    """It sees the very bytes; clean is written down with who said so."""
    found = intake.checked(PDF, name="a.pdf", scanner=scanner(tmp_path, 0))
    assert found.scan == "clean: scan.sh"
    assert (tmp_path / "seen").read_bytes() == PDF


@pytest.mark.parametrize(("answer", "code"), [(1, "file.infected"), (2, "file.not-scanned")])
def test_a_scanner_stops_a_file(tmp_path, answer, code):
    """Infected is refused; no answer is not taken for a clean one."""
    with pytest.raises(Refusal) as refusal:
        intake.checked(PDF, name="a.pdf", scanner=scanner(tmp_path, answer))
    assert refusal.value.code == code


def test_a_scanner_that_is_not_there_stops_everything():
    """Whoever configured one wants it to be asked."""
    with pytest.raises(Refusal, match=r"file\.not-scanned"):
        intake.checked(PDF, name="a.pdf", scanner="/nonexistent/scanner")
