# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc` as a function: figures in, the answer as JSON tells it."""

from __future__ import annotations

import csv
import json
from typing import Any

import msgspec
import pytest

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from tests.shared import shared


def ask(name: str, /, **figures: Any) -> dict[str, Any]:
    """The answer of a statistic, as a reader of the JSON has it."""
    return json.loads(msgspec.json.encode(calculate(name, json.dumps(figures).encode())))


def reason(name: str, /, **figures: Any) -> str:
    """Why a statistic refuses these figures."""
    with pytest.raises(Refusal) as refused:
        calculate(name, json.dumps(figures).encode())
    assert refused.value.code == "calc.malformed"
    return str(refused.value.facts["reason"])


def table(name: str) -> list[dict[str, str]]:
    """Rows of a published table."""
    with shared("truth", name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def published(name: str) -> Any:
    """A published page of figures."""
    return json.loads(shared("truth", name).read_text("utf-8"))
