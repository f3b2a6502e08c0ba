# SPDX-License-Identifier: Apache-2.0
"""A small journal, loaded and rolled up once for the questions asked of it."""

from __future__ import annotations

import pytest

from nadzor.base.home import Home
from nadzor.measures.bins import Bins
from nadzor.telemetry.load import load
from nadzor.telemetry.rollup import roll_up
from tests.engines.pipe_table import journal
from tests.engines.twin import TwinJournal

BINS: Bins = {("ai-001", "edema"): [5000, 5040]}
TOLD = """
known | kind      | id | study | positive | score | present | corrects | verdict | inst | rejected  | first
    02    | study     | s1 | a     | 1        | 5000  |         |          |         | a    |           |
    02    | study     | s2 | b     | 0        | 4999  |         |          |         | a    |           |
    02    | study     | s2 | b     | 0        | 4999  |         |          |         | a    |           |
    03    | study     | s3 | c     | 1        | 5040  |         |          |         | b    |           |
    04    | truth     | t1 | a     |          |       | 1       |          |         | a    |           |
    04    | review    | r1 | b     |          |       | 1       |          | modified | a   |           |
    05    | correct   | c1 |       |          |       |         | s3       |         | b    |           |
    05    | heartbeat | h1 |       |          |       |         |          |         | b    |           |
    06    | fault     | f1 |       |          |       |         |          |         | b    | event.bad |
    06    | lost      | l1 |       |          |       |         |          |         | a    |           | 90
"""


@pytest.fixture(scope="session")
def told() -> TwinJournal:
    """The journal."""
    return journal(TOLD)


@pytest.fixture(scope="session")
def home(told: TwinJournal, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A data directory with its lake and its rollup; nobody writes to it."""
    home = Home.create(tmp_path_factory.mktemp("telemetry") / "home")
    load(home, told)
    roll_up(home, bins=BINS)
    return home
