# SPDX-License-Identifier: Apache-2.0
"""`nadzor ledger` tells each ledger, of all devices or of one."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rollup_samples import row, write_rollups
from tests.unit.actions.ledgers import enrolled, trouble
from tests.unit.cli.console import answer, ask

pytestmark = pytest.mark.django_db
LEDGERS = {"gaps": 1, "forks": 1, "conflicts": 2, "restored": 4}


@pytest.fixture
def house(home):
    """A home whose ledgers are not empty."""
    trouble(home, enrolled(home))
    return home


@pytest.mark.parametrize("name", sorted(LEDGERS))
def test_a_ledger_is_told_whole_and_by_device(house, name):
    """Every row, those of one device, and none of another; digests as hexadecimal text."""
    rows = answer(house, "ledger", name)
    assert len(rows) == LEDGERS[name]
    assert rows[0]["device"] == "ai-901"
    one = answer(house, "ledger", name, "--device", "ai-901")
    assert one == [found for found in rows if found["device"] == "ai-901"] != []
    assert answer(house, "ledger", name, "--device", "ai-999") == []


def test_lateness_is_told_by_sender(house):
    """The bins and the late share, of the days asked for; wrong days are wrong use."""
    write_rollups(house, [row("delay", 4, date(2026, 11, 2), installation="i-1", bin=8)])
    (sender,) = answer(house, "ledger", "lateness", "--device", "ai-901", "--since", "2026-11-01")
    assert (sender["installation"], sender["events"], sender["late_share"]) == ("i-1", 4, 1.0)
    assert answer(house, "ledger", "lateness", "--device", "ai-901", "--until", "2026-11-02") == []
    assert ask(house, "ledger", "lateness", "--device", "ai-901", "--since", "x").exit_code == 2
