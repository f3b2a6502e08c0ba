# SPDX-License-Identifier: Apache-2.0
"""Files that are something else than they say: no paper of a dossier runs in anybody's browser."""

from __future__ import annotations

from typing import Final

import pytest

from nadzor.base.problems import Refusal
from nadzor.records.intake import TYPES, checked

PICTURE: Final = b"\x89PNG\r\n\x1a\n"
DISGUISED: Final = {
    "page as picture": (b"<html><script>1</script>", "a.png", "image/png"),
    "picture as page": (PICTURE + b"<script>1</script>", "a.html", "text/html"),
    "drawing that runs": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='1'/>", "a.svg", "image/svg+xml"),
    "picture sent as page": (PICTURE, "a.png", "text/html"),
    "two endings": (PICTURE, "a.png.exe", "image/png"),
    "ending after a null": (PICTURE, "a.php\x00.png.php", "image/png"),
    "archive as paper": (b"PK\x03\x04", "a.pdf", "application/pdf"),
    "program as paper": (b"MZ\x90\x00", "a.pdf", "application/pdf"),
    "paper that runs": (
        b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(1)>>>>",
        "a.pdf",
        "application/pdf",
    ),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_a_disguise_is_seen_through(name):
    """Ending, declared type and bytes must say the same, and none of them a thing that runs."""
    content, called, declared = DISGUISED[name]
    with pytest.raises(Refusal) as refused:
        checked(content, name=called, declared=declared)
    assert refused.value.code in ("file.type", "file.disguised", "file.active")


def test_nothing_that_a_browser_runs_may_be_uploaded():
    """No type of the table is a page, a drawing or a script."""
    media = {name for kind in TYPES.values() for name in kind.media}
    assert not media & {"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"}
