# SPDX-License-Identifier: Apache-2.0
"""What cannot be read is refused with its place and reason, and nothing of what was sent."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.rules.amendment_route import Facts as Changes
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.reading import read

BAD = [
    (b"", Answers, "$"),
    (b"{", Answers, "$"),
    (b"[]", Answers, "$"),
    (b'{"route": "atlantis"}', Answers, "$.route"),
    (b'{"components": {"atlantis": {}}}', Answers, "$.components"),
    (b'{"product": "\xff"}', Answers, None),
    (b'{"product": "' + b"x" * 3000 + b'"}', Answers, "$.product"),
    (b'{"components": {"software": {"program": "maybe"}}}', Answers, "$.components[...].program"),
    (b'{"risk_class": "3"}', Dossier, "$"),
    (b'{"product": {"risk_class": "9"}}', Dossier, "$.product.risk_class"),
    (b'{"payments": [{"amount": -1}]}', Dossier, "$.payments[0].amount"),
    (b'{"powers": {"until": "tomorrow"}}', Dossier, "$.powers.until"),
]


@pytest.mark.parametrize(("raw", "shape", "at"), BAD)
def test_what_cannot_be_read_says_where(raw, shape, at):
    """Wrong bytes, wrong form, wrong value: the place is named, the value is not repeated."""
    with pytest.raises(Refusal) as refused:
        read(raw, shape)
    assert (refused.value.code, refused.value.at) == ("rules.malformed", at)
    assert "atlantis" not in str(refused.value)


def test_a_tower_of_brackets_is_refused():
    """Nesting beyond reason is a refusal, not a crash."""
    with pytest.raises(Refusal, match="rules.malformed"):
        read(b'{"unknown":' + b"[" * 200_000, Answers)
    with pytest.raises(Refusal, match="deeply"):
        read(b"[" * 200_000, object)


def test_what_can_be_read_is_read():
    """An empty object is a dossier that nobody has begun to fill."""
    assert read(b"{}", Dossier) == Dossier()
    assert read('{"product": "Лёгкие"}'.encode(), Answers).product == "Лёгкие"


TAKEN = [
    (b'{"route": "x"}', Answers, "$.route", "one of eaeu, national"),
    (b'{"parts": ["x"]}', Answers, "$.parts[0]", "one of channel, receiver, sensing, software"),
    (b'{"components": {"x": {}}}', Answers, "$.components", "one of channel, receiver, sensing, software"),
    (b'{"components": {"software": {"mode": "x"}}}', Answers, "$.components[...].mode", "one of automatic, "),
    (b'{"complexe": true}', Answers, "$", "one of route, product, complex, parts, components"),
    (b'{"payments": [{"sum": 1}]}', Dossier, "$.payments[0]", "one of order, paid_on, amount"),
    (b'{"files": {"a": [{"nom": ""}]}}', Dossier, "$.files[...][0]", "one of name, digest, size, media_type"),
    (b"{}", Changes, "$.changes", "missing required field `changes`"),
    (b"  ", Changes, "$", "nothing was given"),
    (b"[1]", Changes, "$", "Expected `object`"),
]


@pytest.mark.parametrize(("raw", "shape", "at", "said"), TAKEN)
def test_a_refusal_names_what_is_taken(raw, shape, at, said):
    """A value or a field that nobody knows: the refusal lists those that are; a missing one is the place."""
    with pytest.raises(Refusal) as refused:
        read(raw, shape)
    assert refused.value.at == at
    assert said in refused.value.facts["reason"]
    assert "complexe" not in str(refused.value)
