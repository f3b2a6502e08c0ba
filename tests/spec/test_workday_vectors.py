# SPDX-License-Identifier: Apache-2.0
"""Terms in working days as published tables: the event, the number of days, the last day."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.workdays.arithmetic import add_workdays

VECTORS = """
2025-04-29  5  2025-05-12
2025-12-29  5  2026-01-15
2024-11-01  1  2024-11-02
2025-10-31  1  2025-11-01
2024-12-27  1  2024-12-28
2024-04-26  1  2024-04-27
2026-03-05 31  2026-04-20
2026-04-27 10  2026-05-13
2025-12-30  3  2026-01-14
2026-11-20 25  2026-12-25
2026-11-20 35  2027-01-19
2026-12-28  5  2027-01-13
2025-12-15 31  2026-02-06
2026-01-05  5  2026-01-16
2024-12-28  5  2025-01-15
"""

EARLIER = """
2013-04-30  1  2013-05-06
2014-03-07  1  2014-03-11
2015-01-08  1  2015-01-12
2016-02-19  1  2016-02-20
2018-04-27  1  2018-04-28
2018-06-08  1  2018-06-09
2018-12-28  1  2018-12-29
2018-12-29  1  2019-01-09
2020-03-27  5  2020-04-03
2020-06-23  1  2020-06-24
2021-02-19  1  2021-02-20
2021-10-29  3  2021-11-03
2022-03-04  1  2022-03-05
2023-11-03  1  2023-11-07
2023-12-29  1  2024-01-09
"""

DECREED = """
2020-03-27  1  2020-05-12
2020-06-23  1  2020-06-25
2020-06-30  1  2020-07-02
2021-04-30  1  2021-05-11
2021-10-29  1  2021-11-08
"""


def _rows(table: str) -> list[str]:
    return table.strip().split("\n")


@pytest.mark.parametrize("line", _rows(VECTORS))
def test_published_vectors(line: str) -> None:
    """Each published term ends on its published day, over holidays, working Saturdays and year ends."""
    event, count, last = line.split()
    assert add_workdays(date.fromisoformat(event), int(count)) == date.fromisoformat(last)


@pytest.mark.parametrize("line", _rows(EARLIER))
def test_earlier_years(line: str) -> None:
    """From 2013 on the transfers of each year are followed; the decree days of 2020 and 2021 are worked."""
    event, count, last = line.split()
    assert add_workdays(date.fromisoformat(event), int(count)) == date.fromisoformat(last)


@pytest.mark.parametrize("line", _rows(DECREED))
def test_decree_days_by_the_switch(line: str) -> None:
    """Where a caller asks for them, the paid non-working days of 2020 and 2021 are off."""
    event, count, last = line.split()
    found = add_workdays(date.fromisoformat(event), int(count), decree_days=True)
    assert found == date.fromisoformat(last)
