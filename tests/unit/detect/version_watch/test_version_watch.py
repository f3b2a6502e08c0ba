# SPDX-License-Identifier: Apache-2.0
"""Software that the register does not hold is named, with its days and sites, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.detect.context import Release
from nadzor.detect.version_watch.detector import detect
from nadzor.measures.rollup import Row

DAY = date(2031, 5, 1)
OLD, NEW = "a" * 64, "b" * 64
KNOWN = {"d-1": [Release(version="1.0", released_on=DAY, builds=(OLD,))]}


def studies(version, build, counts, site="s-1"):
    """Daily studies of one software at one site."""
    return [
        Row(DAY + timedelta(days=i), DAY, "d-1", version, build, site=site, measure="studies", n=n)
        for i, n in enumerate(counts)
    ]


def test_what_is_registered_is_not_spoken_of():
    """The registered build under its version, and devices the register has no versions of, raise nothing."""
    assert detect(studies("1.0", OLD, [9, 9]), releases=KNOWN) == []
    assert detect(studies("7.7", NEW, [9, 9]), releases={}) == []


def test_an_unregistered_version_is_named_on_the_day_of_its_third_study():
    """Its first study locates it; the share is of the device's studies of those days."""
    rows = [*studies("1.0", OLD, [10, 10, 10, 10]), *studies("1.1", NEW, [0, 2, 0, 2], "s-2")]
    (found,) = detect(rows, releases=KNOWN)
    assert (found.kind, found.version, found.first_day) == (
        "version.unregistered",
        "1.1",
        DAY + timedelta(days=3),
    )
    assert found.located is not None and found.located.day == DAY + timedelta(days=1)
    assert found.effect.estimate == pytest.approx(4 / 34)
    assert found.facts["sites"] == ["s-2"]


def test_a_version_before_its_registration_is_not_registered():
    """A version that is known but not yet in the register counts as unregistered."""
    releases = {"d-1": [Release(version="1.0", released_on=DAY, builds=(OLD,), registered=False)]}
    assert [one.kind for one in detect(studies("1.0", OLD, [5]), releases=releases)] == [
        "version.unregistered"
    ]


def test_a_new_build_under_an_old_name_is_named_by_its_digest():
    """The build is in the finding, whole in the facts; a version without registered builds is not judged."""
    rows = [*studies("1.0", OLD, [10, 10]), *studies("1.0", NEW, [0, 5])]
    (found,) = detect(rows, releases=KNOWN)
    assert (found.kind, found.stratum, found.facts["build"]) == ("version.new_build", NEW[:16], NEW)
    assert detect(rows, releases={"d-1": [Release(version="1.0", released_on=DAY)]}) == []


def test_two_studies_are_not_yet_software_at_work():
    """A slip, or a study taken back, raises nothing."""
    rows = [*studies("1.1", NEW, [2]), *studies("1.1", NEW, [5]), *studies("1.1", NEW, [-5])]
    assert detect(rows, releases=KNOWN) == []
