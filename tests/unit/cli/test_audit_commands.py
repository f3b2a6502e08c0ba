# SPDX-License-Identifier: Apache-2.0
"""`nadzor verify audit` and `audit-bundle`, and the readings that the console leaves."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.actions.create_home import create_home
from nadzor.actions.export_audit import export_audit
from nadzor.actions.import_register import import_register
from nadzor.actions.seal_audit import audit_log, seal_audit
from nadzor.actions.search_audit import AuditAsk
from nadzor.base import clock
from nadzor.cli.app import app
from nadzor.people.queries import CONSOLE
from nadzor.records.models import ReadEntry
from tests.register_samples import NOW, device, register
from tests.unit.cli.console import Frame

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A house with one device and a sealed log."""
    made = create_home(home.root)
    import_register(register(device()), by=CONSOLE, now=NOW)
    seal_audit(made, now=NOW)
    return made


def run(*words):
    """A command, as the console runs it."""
    return CliRunner().invoke(app, [*map(str, words)], obj=Frame(), prog_name="nadzor")


def test_an_audit_that_holds_ends_with_zero_and_a_foreign_checkpoint_with_one(house, tmp_path):
    """The check prints sizes and root; a checkpoint from outside that is not ours is a fault."""
    found = run("verify", "audit", "--data", house.root, "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["faults"], told["waiting"]) == (0, [], 0)
    kept = tmp_path / "kept"
    kept.write_text("nobody's note\n")
    wrong = run("verify", "audit", "--data", house.root, "--kept", kept)
    assert wrong.exit_code == 1
    assert "kept" in wrong.stdout


def test_a_bundle_is_verified_from_a_file(house, tmp_path):
    """A good file ends with zero, a changed one with one and the field that does not hold."""
    made = export_audit(house, AuditAsk(), "bundle", by=CONSOLE, now=clock.now())
    file = tmp_path / "audit.json"
    file.write_bytes(made.content)
    key = audit_log(house).vkey
    good = run("verify", "audit-bundle", file, "--key", key, "--json")
    assert (good.exit_code, json.loads(good.stdout)["valid"]) == (0, True)
    file.write_bytes(made.content.replace(b"import", b"impart", 1))
    bad = run("verify", "audit-bundle", file, "--key", key)
    assert bad.exit_code == 1
    assert "NOT VALID" in bad.stdout


def test_the_console_leaves_readings_too(house):
    """A command that prints rows of a device is in the log before it prints; one that shows none is not."""
    run(
        "gate",
        "status",
        device().code if hasattr(device(), "code") else "ai-001",
        "--data",
        house.root,
        "--json",
    )
    run("register", "search", "x", "--data", house.root, "--json")
    kept = list(ReadEntry.objects.values_list("by", "way", "route"))
    assert kept == [("console", "console", "console:gate status")]
