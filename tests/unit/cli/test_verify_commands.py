# SPDX-License-Identifier: Apache-2.0
"""`nadzor verify receipt`: offline, with the log's public key alone."""

from __future__ import annotations

import json

import msgspec
import pytest
from typer.testing import CliRunner

from nadzor.base.problems import Refusal
from nadzor.cli.app import app
from tests.wire_samples import flip, sent_and_answered


@pytest.fixture
def kept(tmp_path):
    """A genuine receipt in a file, and the log's key."""
    _, answer, vkey = sent_and_answered()
    file = tmp_path / "receipt.json"
    file.write_bytes(msgspec.json.encode(answer.receipt))
    return file, vkey


def test_a_genuine_receipt_holds(kept):
    """Exit 0, and the place in the log."""
    file, vkey = kept
    done = verify(str(file), "--key", vkey, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["valid"] is True


def test_the_key_may_lie_beside_the_receipt(kept):
    """What was pinned at enrolment is found without being named."""
    file, vkey = kept
    (file.parent / "log.vkey").write_text(vkey + "\n")
    assert verify(str(file)).exit_code == 0


def test_an_altered_receipt_fails(kept):
    """Exit 1, and where it fails."""
    file, vkey = kept
    page = json.loads(file.read_bytes())
    page["leaf"]["body"] = flip(page["leaf"]["body"])
    file.write_text(json.dumps(page))
    done = verify(str(file), "--key", vkey, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["valid"] is False


def test_without_a_key_nothing_is_believed(kept):
    """A receipt cannot vouch for itself."""
    file, _ = kept
    assert refused(verify(str(file))) == "receipt.no-key"


def test_what_is_no_receipt_is_refused(kept, tmp_path):
    """Another file, or none, is wrong use and not a false receipt."""
    _, vkey = kept
    (tmp_path / "letter.txt").write_text("hello")
    assert refused(verify(str(tmp_path / "letter.txt"), "--key", vkey)) == "receipt.unreadable"
    assert refused(verify(str(tmp_path / "nothing"), "--key", vkey)) == "receipt.unreadable"


def test_a_key_that_is_no_key_is_wrong_use(kept):
    """A mistyped key must not make a genuine receipt look false."""
    file, _ = kept
    assert refused(verify(str(file), "--key", "not a key")) == "receipt.key-malformed"


def verify(*arguments: str):
    """What the command says."""
    return CliRunner().invoke(app, ["verify", "receipt", *arguments])


def refused(result) -> str:
    """The code of a refusal; the console entry shows it and exits 2."""
    assert isinstance(result.exception, Refusal)
    return result.exception.code
