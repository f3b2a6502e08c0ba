# SPDX-License-Identifier: Apache-2.0
"""Files that are something else, on the console: register and codes refuse them, and nothing is kept."""

from __future__ import annotations

import json

import pytest

from nadzor.actions.create_home import create_home
from nadzor.register.models import Device
from nadzor.vigilance.models import CodeEdition
from tests.portal.test_vigilance_attacks import FILES
from tests.register_samples import device
from tests.register_samples import register as register_file
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db
CODES = json.dumps([{"code": "A01", "term": "Above"}]).encode()


@pytest.fixture
def house(home):
    """A home."""
    return create_home(home.root)


def kept():
    """Devices and editions that are there."""
    return Device.objects.count(), CodeEdition.objects.count()


@pytest.mark.parametrize(
    ("words", "ending"),
    [(("register", "import"), "json"), (("codes", "import"), "json"), (("codes", "import"), "csv")],
)
def test_the_console_takes_no_file_that_is_something_else(house, tmp_path, words, ending):
    """Bombs, archives, programs, depth: the command's own refusal of a file, and no row more."""
    before, own = kept(), {f"{words[0]}.file", f"{words[0]}.file-too-large", "codes.rows"}
    edition = ("--edition", "test-1") if words[0] == "codes" else ()
    file, taken = tmp_path / f"poison.{ending}", {}
    for name, content in FILES.items():
        file.write_bytes(content)
        code = refused(ask(house, *words, file, *edition))
        if code not in own:
            taken[name] = code
    assert taken == {}
    assert kept() == before


def test_the_honest_twins_are_taken(house, tmp_path):
    """What the commands are there for goes through the same doors."""
    before = kept()
    (tmp_path / "register.json").write_bytes(register_file(device()))
    (tmp_path / "annexa.json").write_bytes(CODES)
    answer(house, "register", "import", tmp_path / "register.json")
    answer(house, "codes", "import", tmp_path / "annexa.json", "--edition", "test-1")
    assert [now - then for now, then in zip(kept(), before, strict=True)] == [1, 1]
