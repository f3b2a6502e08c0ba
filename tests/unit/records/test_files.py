# SPDX-License-Identifier: Apache-2.0
"""Files are kept once and checked at every reading."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.records import files
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


def keep(home, content=b"report", name="report.xml"):
    """Keep a small file."""
    return files.keep(content, name=name, media_type="application/xml", home=home, now=NOW)


def test_a_file_is_kept_once(home):
    """The same bytes under another name are the same file; a path is not a name."""
    first = keep(home, name="../../etc/report.xml")
    assert (first.name, first.size, first.media_type) == ("report.xml", 6, "application/xml")
    assert keep(home, name="again.xml") == first
    assert files.read(first.digest, home=home) == b"report"


def test_a_changed_file_is_not_read(home):
    """Bytes that are not what was kept are no answer, and neither is a lost file."""
    card = keep(home)
    place = home.root / "files" / card.digest[:2] / card.digest
    place.write_bytes(b"other!")
    with pytest.raises(Refusal, match=r"file\.damaged"):
        files.read(card.digest, home=home)
    place.unlink()
    with pytest.raises(Refusal, match=r"file\.damaged"):
        files.read(card.digest, home=home)


def test_an_unknown_file_is_refused(home):
    """A digest nobody kept leads nowhere, whatever it looks like."""
    with pytest.raises(Refusal, match=r"file\.unknown"):
        files.read("../../keys/log.key", home=home)


def test_a_file_has_a_limit(home, monkeypatch):
    """Larger than the limit is refused before it is written."""
    monkeypatch.setattr(files, "SIZE_MAX", 5)
    with pytest.raises(Refusal, match=r"file\.too-large"):
        keep(home)
