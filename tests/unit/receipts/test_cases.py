# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc merkle-…`: the published proof cases, and what is no case at all."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from typer.testing import CliRunner

from nadzor.base.problems import Refusal
from nadzor.cli.app import app
from nadzor.receipts.cases import PROOFS, case_schema, check_case
from nadzor_wire.merkle import EMPTY_ROOT, leaf_hash, node_hash
from tests.shared import shared

LEFT, RIGHT = leaf_hash(b"left"), leaf_hash(b"right")
ROOT = node_hash(LEFT, RIGHT)


def text(value: bytes) -> str:
    """Bytes as the cases spell them."""
    return b64encode(value).decode()


def held(name: str, **figures) -> bool:
    """What the check says."""
    return check_case(name, json.dumps(figures).encode()).ok


@pytest.mark.parametrize("name", ["inclusion", "consistency"])
def test_every_published_case_is_judged_as_its_authors_judge_it(name):
    """A proof holds exactly where the case does not want an error; through the command itself."""
    cases = json.loads(shared("truth", "merkle", f"{name}.json").read_bytes())
    for case in cases:
        done = CliRunner().invoke(app, ["calc", f"merkle-{name}"], input=json.dumps(case))
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout) == {"ok": not case["wantErr"]}, case["case"]


def test_a_leaf_is_in_its_tree_and_in_no_other():
    """Two leaves by hand."""
    case = {"leafIdx": 0, "treeSize": 2, "leafHash": text(LEFT), "root": text(ROOT), "proof": [text(RIGHT)]}
    assert held("merkle-inclusion", **case)
    assert not held("merkle-inclusion", **case | {"leafIdx": 1})
    assert not held("merkle-inclusion", **case | {"proof": None})


def test_a_tree_grew_from_the_one_before():
    """One leaf became two; two empty trees are equal, and nothing is proved to come from an empty one."""
    grown = {"size1": 1, "size2": 2, "root1": text(LEFT), "root2": text(ROOT), "proof": [text(RIGHT)]}
    nothing = {"size1": 0, "size2": 0, "root1": text(EMPTY_ROOT), "root2": text(EMPTY_ROOT), "proof": None}
    assert held("merkle-consistency", **grown)
    assert not held("merkle-consistency", **grown | {"root1": text(RIGHT)})
    assert held("merkle-consistency", **nothing)
    assert not held("merkle-consistency", **nothing | {"size2": 1, "root2": text(LEFT)})


@pytest.mark.parametrize("name", PROOFS)
def test_what_is_no_case_is_refused(name):
    """A word, a negative size, a hash that is no base64."""
    for figures in (b"proof", b'{"size1":-1}', b'{"leafIdx":0,"treeSize":1,"root":"?","leafHash":"?"}'):
        with pytest.raises(Refusal) as refused:
            check_case(name, figures)
        assert refused.value.code == "calc.malformed"


@pytest.mark.parametrize("name", PROOFS)
def test_the_figures_have_a_schema(name):
    """Whoever writes a case finds its fields."""
    assert "proof" in json.dumps(case_schema(name))
