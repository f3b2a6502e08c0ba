# SPDX-License-Identifier: Apache-2.0
"""`nadzor witness` and `nadzor monitor`, as an operator and a clinic type them."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from nadzor.actions.ask_witnesses import ask_witnesses
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.cli.app import app
from nadzor.site.processes import fetch, free_address
from tests.unit.actions.open_doors import public_log
from tests.unit.actions.test_publish_tiles import grow
from tests.unit.cli.console import COMMAND, ROOT, plain_environment, refused


def nadzor(*arguments):
    """A command that needs no data directory, in this process."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


@contextmanager
def witness_process(state, log_key):
    """`nadzor witness serve` in a process of its own; gives its address."""
    address = free_address()
    words = ["witness", "serve", "--state", str(state), "--log-vkey", str(log_key)]
    process = subprocess.Popen(
        [*COMMAND, *words, "--listen", address.removeprefix("http://")],
        cwd=ROOT, env=plain_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while fetch(address, "/health/live") is None:
            assert process.poll() is None
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def published(home):
    """A home with three published batches."""
    grow(home.log, 3)
    publish_tiles(home)
    return home


def test_a_witness_from_its_key_to_its_signature(published, tmp_path):
    """A clinic makes a key and serves; the operator adds it; the monitor counts it; killed, it remembers."""
    state, data = tmp_path / "w", ("--data", published.root)
    vkey = json.loads(
        nadzor("witness", "key", "--state", state, "--name", "clinic.example/w1", "--json").stdout
    )["vkey"]
    with witness_process(state, published.keys / "log.vkey") as address:
        added = nadzor("witness", "add", "--url", address, "--vkey", vkey, *data, "--json")
        assert json.loads(added.stdout) == [{"url": address, "vkey": vkey}]
        assert ask_witnesses(published, now=clock.now()) == "1 of 1 witnesses signed 3"
    with public_log(published) as log:
        looked = nadzor(
            "monitor", "--log", log, "--key", published.keys / "log.vkey", "--state", tmp_path / "m",
            "--witness", vkey, "--once", "--json",
        )  # fmt: skip
    assert looked.exit_code == 0
    page = json.loads(looked.stdout)
    assert (page["size"], page["witnesses"], page["alarms"]) == (3, ["clinic.example/w1"], [])
    (row,) = json.loads(nadzor("witness", "list", *data, "--json").stdout)
    assert (row["name"], row["size"], row["trouble"]) == ("clinic.example/w1", 3, "")
    assert json.loads(nadzor("witness", "remove", "clinic.example/w1", *data, "--json").stdout) == []


def test_an_alarm_is_a_line_and_exit_code_one(published, tmp_path):
    """For people, the code and what it means; the tree is named."""
    watch = ("--key", published.log_vkey, "--state", tmp_path / "m", "--once")
    shutil.copytree(published.tiles, tmp_path / "tiles")
    grow(published.log, 2, first=4)
    publish_tiles(published)
    with public_log(published) as log:
        assert nadzor("monitor", "--log", log, *watch).exit_code == 0
        shutil.rmtree(published.tiles)
        shutil.copytree(tmp_path / "tiles", published.tiles)
        found = nadzor("monitor", "--log", log + "/", *watch)
    assert found.exit_code == 1
    assert "ALARM shrunk: the log showed 5 leaves and now shows 3" in found.stdout


def test_looking_again_and_again_ends_with_its_findings(published, tmp_path):
    """Interrupted, a monitor that raised an alarm ends with 1; it printed one line of JSON a look."""
    words = ["--log", free_address() + "/log", "--key", published.log_vkey, "--state", str(tmp_path / "m")]
    process = subprocess.Popen(
        [*COMMAND, "monitor", *words, "--every", "1", "--json"],
        cwd=ROOT, env=plain_environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        looks = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == 1
    assert [[alarm["code"] for alarm in look["alarms"]] for look in looks] == [["unreachable"]] * 2


def test_wrong_use_is_refused(published, tmp_path):
    """Keys of the wrong kind, an address that is none: nothing is watched, nothing is signed."""
    watch = ("monitor", "--log", "http://127.0.0.1:1/log", "--state", tmp_path / "m", "--once")
    assert refused(nadzor(*watch, "--key", "no key")) == "receipt.key-malformed"
    wrong = nadzor(*watch, "--key", published.log_vkey, "--witness", published.log_vkey)
    assert refused(wrong) == "witness.key-malformed"
    bad = nadzor(
        "monitor", "--log", "gopher://x", "--key", published.log_vkey, "--state", tmp_path / "m", "--once"
    )
    assert refused(bad) == "address.malformed"
    serve = ("witness", "serve", "--state", tmp_path / "none", "--log-vkey", published.log_vkey)
    assert refused(nadzor(*serve)) == "witness.no-key"
    nadzor("witness", "key", "--state", tmp_path / "w", "--name", "w")
    for listen in ("nowhere", "127.0.0.1:0", ":80"):
        done = nadzor(
            "witness",
            "serve",
            "--state",
            tmp_path / "w",
            "--log-vkey",
            published.log_vkey,
            "--listen",
            listen,
        )
        assert done.exit_code == 2
