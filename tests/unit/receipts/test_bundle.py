# SPDX-License-Identifier: Apache-2.0
"""A proof bundle that holds: what it says, without its destroyed bodies, under keys known beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nadzor.base.problems import Refusal
from nadzor.cli.app import app
from nadzor.detect.calc.registry import calculate
from nadzor.receipts.bundle import BundleError, decode_bundle
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor_sdk import verify_bundle as script
from tests.bundle_samples import COUNTS, DEVICE, VKEY, WITNESS_KEY, batches, sealed

SCRIPT = Path(script.__file__)
UNREAD = {"correct": 1, "study": 3, "study.declined": 1, "study.failed": 1, "study.failed.network": 1,
          "study.processed": 1}  # fmt: skip


def checked(raw: bytes, **pins):
    """What our checker says."""
    return verify_bundle(raw, Pins(vkey=VKEY, **pins), calculate=calculate)


def test_a_bundle_says_what_it_proves():
    """Devices, installations, what came by a token, when, who saw the log, the counts, the named event."""
    report = checked(sealed())
    assert (report.devices, report.installations) == ((DEVICE,), ("i-own", "i-token"))
    assert (report.batches, report.unread, report.unsigned, report.missing) == (4, 0, 1, {})
    assert report.counts == COUNTS
    assert report.witnesses == {"witness.example": "2026-09-21T14:13:20+00:00"}
    assert report.events[0]["event"]["kind"] == "correct"


def test_a_destroyed_body_leaves_the_proof():
    """Place, signature and verdicts hold; its events are not counted, and how many are gone is said."""
    raw = sealed(shredded=(0, 2), counts=UNREAD)
    assert (checked(raw).batches, checked(raw).unread) == (4, 2)
    assert script_says(raw).startswith("valid: 4 batches")


def test_an_event_of_a_destroyed_body_cannot_be_named():
    """Nothing can be read there, so nothing is proved of it."""
    raw = sealed(shredded=(3,), counts={"fault": 1, "study": 6, "study.declined": 1, "study.failed": 1,
                 "study.failed.network": 1, "study.processed": 4}, calculation=None)  # fmt: skip
    with pytest.raises(BundleError) as refused:
        checked(raw)
    assert refused.value.field == "events"


def test_numbers_that_are_not_in_the_bundle_are_told():
    """A stream with a batch left out: how many of its numbers lie between what is there."""
    found = decode_bundle(sealed())[0]
    left = [batch for batch in found.batches if batch.index != 2]
    report = checked(sealed(batches=tuple(left), counts={
        "correct": 1, "study": 6, "study.declined": 1, "study.failed": 2, "study.failed.network": 2,
        "study.processed": 3,
    }))  # fmt: skip
    assert report.missing == {"00" * 16: 3}


def test_keys_known_beforehand_must_be_those_of_the_bundle():
    """The log's, the directory's and a witness's; another of each is refused."""
    raw = sealed()
    assert checked(raw, directory_key=checked(raw).directory_key, witnesses=(WITNESS_KEY,)).size == 6
    for pins in ({"directory_key": "A" * 44}, {"witnesses": (WITNESS_KEY.replace("witness", "other"),)}):
        with pytest.raises(BundleError):
            checked(raw, **pins)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"v":1}\n', b"1.5\n", b"[" * 99_999])
def test_what_is_no_bundle_is_none(raw):
    """Nothing, another document, a number with a fraction, brackets without end."""
    with pytest.raises(BundleError):
        checked(raw)


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_every_coding_is_read(coding):
    """The script needs a package for zstd alone."""
    raw = sealed(codings=(coding,) * len(batches()))
    assert checked(raw).counts == COUNTS
    assert script_says(raw).startswith("valid: 4 batches")


def test_the_script_stands_alone(tmp_path):
    """Copied away, isolated from every package of ours: it says valid, or why not; by its exit code too."""
    copy, file = tmp_path / "verify_bundle.py", tmp_path / "bundle.json"
    copy.write_bytes(SCRIPT.read_bytes())
    file.write_bytes(sealed(codings=("gzip",) * 4))
    good = subprocess.run(
        [sys.executable, "-I", copy, file, VKEY], capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stdout[:16]) == (0, "valid: 4 batches"), good.stderr
    file.write_bytes(sealed().replace(b"ai-001", b"ai-002"))
    bad = subprocess.run(
        [sys.executable, "-I", copy, file, VKEY], capture_output=True, text=True, check=False
    )
    assert (bad.returncode, bad.stderr[:9]) == (1, "NOT VALID")


def test_the_script_is_short_and_knows_nobody():
    """An expert reads it in an hour: Python, one package, no word of ours."""
    lines = [line for line in SCRIPT.read_text("utf-8").splitlines() if line.strip()]
    imported = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
    assert len(lines) <= 120
    assert not set(imported) & {"nadzor", "nadzor_wire", "nadzor_sdk", "msgspec"}


def test_the_command_says_valid_or_why_not(tmp_path):
    """`nadzor verify bundle`: exit 0, 1 for a false one, 2 for what cannot be read."""
    file = tmp_path / "bundle.json"
    file.write_bytes(sealed())
    done = command(file)
    assert (done.exit_code, json.loads(done.stdout)["valid"]) == (0, True)
    file.write_bytes(sealed().replace(b"i-own", b"i-two"))
    done = command(file)
    assert (done.exit_code, json.loads(done.stdout)["reason"][:4]) == (1, "seal")
    done = command(tmp_path / "nothing")
    assert isinstance(done.exception, Refusal)
    assert done.exception.code == "bundle.unreadable"


def command(file: Path):
    """What `nadzor verify bundle` says."""
    return CliRunner().invoke(app, ["verify", "bundle", str(file), "--key", VKEY, "--json"])


def script_says(raw: bytes) -> str:
    """What the lone script says, in this process."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(raw)
        file.flush()
        return script.main(file.name, VKEY)
