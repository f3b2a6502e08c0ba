# SPDX-License-Identifier: Apache-2.0
"""Pages of YAML: the quick parser reads what the plain one reads, and nothing that builds objects."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import nadzor
from nadzor.base.yaml_pages import page

ROOM = Path(nadzor.__file__).parent


@pytest.mark.parametrize("room", ["law", "workdays", "procedures"])
def test_every_page_of_a_room_reads_the_same(room):
    """Both parsers agree on every page that the law is computed from."""
    texts = [path.read_text("utf-8") for path in sorted((ROOM / room).rglob("*.yaml"))]
    assert texts
    assert all(page(text) == yaml.safe_load(text) for text in texts)


def test_an_empty_text_holds_nothing():
    """No document is none, not an error."""
    assert page("") is None
    assert page("# a remark\n") is None


@pytest.mark.parametrize("text", ["a: [", "!!python/object/apply:os.getcwd []", "a: 1\n---\nb: 2\n"])
def test_what_is_no_plain_page_is_refused(text):
    """Broken text, a tag that would build an object, a second document."""
    with pytest.raises(yaml.YAMLError):
        page(text)
