# SPDX-License-Identifier: Apache-2.0
"""A data directory, and its register, from nothing: in a process of its own, as the command does it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from nadzor.actions.create_home import create_home
from nadzor.base.problems import Refusal
from nadzor.site.django import setup

SCRIPT = """
import json, sys
from nadzor.actions.create_home import create_home
from nadzor.site.django import setup
home = setup(create_home(sys.argv[1]))
from django.conf import settings
from django.db import connection
from nadzor.records import audit
from nadzor.register import queries
with connection.cursor() as cursor:
    names = ("journal_mode", "synchronous", "foreign_keys")
    modes = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
print(json.dumps({
    "modes": modes, "deeds": [deed.verb for deed in audit.walk()], "devices": queries.count_devices(),
    "root": str(settings.HOME.root), "directory": home.directory.exists(),
}))
"""


def run(path):
    """What a fresh process finds after setting up on a directory."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=clean, timeout=60)
    return json.loads(done.stdout)


def test_a_register_is_made_on_first_sight(tmp_path):
    """WAL, full synchronisation, foreign keys; one deed, one directory; the second start changes nothing."""
    first = run(tmp_path / "home")
    assert first["modes"] == ["wal", 2, 1]
    assert first["deeds"] == ["house.register.prepare", "register.directory.publish"]
    assert (first["devices"], first["directory"], first["root"]) == (0, True, str(tmp_path / "home"))
    assert run(tmp_path / "home")["deeds"] == first["deeds"]


def test_audit_rows_are_guarded_in_a_real_register(tmp_path):
    """The triggers stand in the file itself, for any program that opens it."""
    run(tmp_path / "home")
    with sqlite3.connect(tmp_path / "home" / "register.sqlite3") as database:
        for statement in ("UPDATE records_auditentry SET by = 'x'", "DELETE FROM records_auditentry"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted"):
                database.execute(statement)
    database.close()


def test_several_doors_may_start_at_once(tmp_path):
    """One makes the register, the others find it made."""
    create_home(tmp_path / "home")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "home")]
    doors = [subprocess.Popen(command, stdout=subprocess.PIPE, env=clean) for _ in range(3)]
    answers = [json.loads(door.communicate(timeout=60)[0]) for door in doors]
    assert [door.returncode for door in doors] == [0, 0, 0]
    assert all(answer["deeds"].count("house.register.prepare") == 1 for answer in answers)


def test_a_process_serves_one_directory(home, tmp_path):
    """The same one again is fine, another is a mistake, a missing one is refused."""
    assert setup(home) is home
    assert setup(home.root).root == home.root
    with pytest.raises(RuntimeError, match="already works on"):
        setup(create_home(tmp_path / "other"))
    with pytest.raises(Refusal, match=r"home\.missing"):
        setup(tmp_path / "nowhere")


def test_a_register_that_is_gone_is_not_replaced_by_an_empty_one(tmp_path):
    """A house that published its keys had a register: a lost file is said to be lost, and nothing is made."""
    run(tmp_path / "home")
    for file in (tmp_path / "home").glob("register.sqlite3*"):
        file.unlink()
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run(tmp_path / "home")
    assert "register.gone" in failed.value.stderr
    with sqlite3.connect(tmp_path / "home" / "register.sqlite3") as register:
        tables = register.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'vigilance_%'"
        ).fetchone()
    assert tables == (0,)
