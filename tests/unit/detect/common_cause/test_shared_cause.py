# SPDX-License-Identifier: Apache-2.0
"""Several devices that move together are a cause of their own; one device is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from itertools import product

import pytest

from nadzor.detect.common_cause.detector import Params, detect
from nadzor.detect.words import headline, sentence
from nadzor.measures.rollup import Row

FIRST, CHANGE, DAYS, A_DAY = date(2031, 1, 6), 150, 220, 40
DEVICES = ("d-0", "d-1", "d-2", "d-3")
MAKERS = {"d-0": "m-0", "d-1": "m-1", "d-2": "m-0", "d-3": "m-2"}


def counted(day: int, share: float) -> int:
    """So many of a day's studies that over the days their share is exactly this."""
    return int((day + 1) * A_DAY * share + 1e-9) - int(day * A_DAY * share + 1e-9)


def nation(
    moved: Callable[[str, str, str], bool], *, devices: Collection[str] = DEVICES, measure: str = "positives"
) -> Iterator[Row]:
    """Devices at two sites on two makers' equipment; what is moved doubles in share from the change on."""
    whole = {"positives": "decided", "disagree": "agree"}[measure]
    for device, site, maker, day in product(devices, ("s-0", "s-1"), ("canon", "ge"), range(DAYS)):
        worse = moved(device, site, maker) and day >= CHANGE
        hit = counted(day, 0.2 if worse else 0.1)
        rest = A_DAY if measure == "positives" else A_DAY - hit
        on = FIRST + timedelta(days=day)
        for name, n in ((measure, hit), (whole, rest)):
            yield Row(
                on, on, device, "1.0", site=site, dimension="equipment", stratum=maker, measure=name,
                finding="nodule", n=n,
            )  # fmt: skip


def said(rows: Iterator[Row], makers: dict[str, str] = MAKERS):
    """What the detector says of these rows."""
    return detect(list(rows), params=Params(makers=makers))


def test_equipment_that_moves_all_devices_of_a_site_is_one_finding():
    """Four devices that move on one equipment at one site are one finding that names place and makers."""
    (found,) = said(nation(lambda device, site, maker: (site, maker) == ("s-0", "ge")))
    assert (found.kind, found.device, found.site, found.stratum) == ("common.up", "", "s-0", "ge")
    assert set(found.facts["devices"]) == set(DEVICES)
    assert found.facts["makers"] == ["m-0", "m-1", "m-2"]
    assert found.located.low <= FIRST + timedelta(days=CHANGE) <= found.located.high
    assert "s-0" in sentence(found).en and "4" in headline(found).ru


def test_equipment_that_moves_everywhere_is_named_without_a_site():
    """What moves on one equipment at every site is that equipment's."""
    found = said(nation(lambda device, site, maker: maker == "ge"))
    assert {one.stratum for one in found} == {"ge"}
    assert {one.kind for one in found} == {"common.up"}


def test_agreement_that_falls_at_a_site_for_all_devices_is_named():
    """Physicians of one site who disagree with every device are no device's fault."""
    found = said(nation(lambda device, site, maker: site == "s-1", measure="disagree"))
    assert {(one.kind, one.site) for one in found} == {("common.agreement", "s-1")}


@pytest.mark.parametrize("alone", [("d-1",), ("d-1", "d-3")])
def test_one_or_two_devices_are_no_shared_cause(alone):
    """A device that moves, or two, at a site of four, is not what several share."""
    assert said(nation(lambda device, site, maker: device in alone)) == []


def test_devices_of_one_maker_are_no_shared_cause():
    """Devices of one maker may rest on one code: that is the maker's fault, not the place's."""
    rows = list(nation(lambda device, site, maker: site == "s-0"))
    assert said(iter(rows), dict.fromkeys(DEVICES, "m-0")) == []
    assert said(iter(rows)) != []


def test_a_quiet_nation_is_silent():
    """Where nothing moves nothing is said."""
    assert said(nation(lambda device, site, maker: False)) == []
    assert said(iter(())) == []
