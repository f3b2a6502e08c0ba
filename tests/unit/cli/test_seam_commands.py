# SPDX-License-Identifier: Apache-2.0
"""`nadzor seam`: who may hand in, a filing that came as a file, its status, the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nadzor.actions.create_home import create_home
from nadzor.cli.app import app
from tests.filing_samples import PDF
from tests.register_samples import device
from tests.register_samples import register as register_file
from tests.seam_samples import PUBLIC, envelope, statement
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db
SCHEMA = Path(__file__).parents[3] / "docs/reference/gosuslugi.schema.json"


@pytest.fixture
def house(home, tmp_path):
    """A home with one device and one seam."""
    made = create_home(home.root)
    (tmp_path / "register.json").write_bytes(register_file(device()))
    answer(made, "register", "import", tmp_path / "register.json")
    assert answer(made, "seam", "add", "portal", PUBLIC)["name"] == "portal"
    return made


def test_a_filing_that_came_as_a_file(house, tmp_path):
    """Taken in with the file beside it; its status is sealed."""
    import hashlib

    (tmp_path / "application.pdf").write_bytes(PDF)
    files = [{"sha256": hashlib.sha256(PDF).hexdigest(), "path": "application.pdf"}]
    (tmp_path / "filing.json").write_bytes(envelope(statement(), files=files))
    told = answer(house, "seam", "import", tmp_path / "filing.json")
    assert (told["state"], told["signer"]) == ("checking", "seam portal")
    sealed = answer(house, "seam", "status", "EPGU-630782-0001")
    assert (sealed["qualified"], sealed["signature"]["suite"]) == (False, "ed25519")
    assert refused(ask(house, "seam", "status", "EPGU-630782-0001", "--seam", "portal")) == "filing.unknown"


def test_a_seam_is_revoked(house):
    """And stays on the list."""
    assert answer(house, "seam", "revoke", "portal")["revoked_at"]
    assert [one["name"] for one in answer(house, "seam", "list")] == ["portal"]


def test_the_schema_in_the_docs_is_the_codes(tmp_path):
    """`nadzor seam schema` prints what docs/reference keeps; it needs no data directory."""
    done = CliRunner().invoke(app, ["seam", "schema"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(SCHEMA.read_text("utf-8"))
