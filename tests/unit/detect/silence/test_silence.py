# SPDX-License-Identifier: Apache-2.0
"""Gaps: whose silence, since when, and what does not count as one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.silence.detector import Params, detect, limit_of_gap
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)  # a Monday


def rows(post, studies, *, first=FIRST):
    """Studies of one post, day by day; a heartbeat on every day unless the count is None."""
    device, site = post
    made = []
    for i, n in enumerate(studies):
        day = first + timedelta(days=i)
        if n is not None:
            made.append(Row(day, day, device, "1.0", site=site, measure="heartbeats", n=1))
        if n:
            made.append(Row(day, day, device, "1.0", site=site, measure="studies", n=n))
    return made


def regular(days, *, mean=20, seed=1):
    """Poisson days without weekends."""
    return np.random.default_rng(seed).poisson(mean, days).tolist()


def test_a_gap_is_found_on_its_first_day_at_a_busy_site():
    """Where twenty studies a day are usual, one day without any is enough."""
    made = [*rows(("d-1", "s-1"), [*regular(70), None]), *rows(("d-2", "s-2"), regular(72))]
    (found,) = detect(made)
    gap = FIRST + timedelta(days=70)
    assert (found.kind, found.device, found.site) == ("silence.site", "d-1", "s-1")
    assert (found.first_day, found.located.day) == (gap, gap)
    assert limit_of_gap() > found.threshold <= found.statistic
    assert found.facts["heartbeats_in_gap"] == 0
    mine = [row for row in made if row.day <= gap and row.device == "d-1"]
    assert found.rows_hash == rows_digest(mine)


def test_an_installation_that_beats_on_is_given_the_length_of_a_holiday():
    """Three days without a study while it beats may be a closed clinic; the fourth day is told."""
    (found,) = detect(rows(("d-1", "s-1"), [*regular(70), 0, 0, 0, 0, 0]))
    gap = FIRST + timedelta(days=70)
    assert (found.first_day, found.located.day) == (gap + timedelta(days=3), gap)
    assert found.facts["heartbeats_in_gap"] == 4
    assert detect(rows(("d-1", "s-1"), [*regular(70), 0, 0, 0, 20])) == []


def test_where_heartbeats_were_never_sent_a_holiday_is_allowed_for():
    """Without heartbeats nothing tells a closed clinic from a broken line: three days pass, four do not."""

    def beatless(studies):
        return [row for row in rows(("d-1", "s-1"), studies) if row.measure == "studies"]

    (found,) = detect(beatless([*regular(70), 0, 0, 0, 0, 0, 20]))
    assert found.first_day == FIRST + timedelta(days=73)
    assert detect(beatless([*regular(70), 0, 0, 0, 20])) == []


def test_a_small_site_takes_longer():
    """Where one study a day is usual, more than a week must pass."""
    (found,) = detect(rows(("d-1", "s-1"), [*regular(84, mean=1.0), *[0] * 40]))
    assert (found.first_day - found.located.day).days >= 7


def test_closed_weekends_are_no_gap():
    """A site that never works on weekends is not silent on Sunday."""
    week = [20, 20, 20, 20, 20, 0, 0]
    assert detect(rows(("d-1", "s-1"), week * 12)) == []


def test_a_habit_of_closing_is_learnt():
    """A site that closed one Wednesday in two is not reported for the next one."""
    weeks = [[20, 20, 20 * (i % 2), 20, 20, 3, 3] for i in range(13)]
    assert detect(rows(("d-1", "s-1"), sum(weeks, []))) == []


def test_nothing_is_said_without_four_weeks_of_habit():
    """Twenty days of history are too few to expect anything."""
    assert detect(rows(("d-1", "s-1"), [*regular(20), *[0] * 20])) == []


def test_an_open_day_is_not_silence():
    """Today is not over: days from `after` on do not exist."""
    made = rows(("d-1", "s-1"), [*regular(70), None])
    assert detect(made, params=Params(after=FIRST + timedelta(days=70))) == []
    assert len(detect(made, params=Params(after=FIRST + timedelta(days=71)))) == 1


def test_silence_shows_even_when_no_row_of_the_day_exists():
    """Days up to `after` count although nobody sent anything on them."""
    made = rows(("d-1", "s-1"), regular(70))
    assert len(detect(made, params=Params(after=FIRST + timedelta(days=72)))) == 1


def test_one_gap_is_one_finding_and_the_next_gap_another():
    """A gap is told once, however long; after studies came again, a new gap is new."""
    made = rows(("d-1", "s-1"), [*regular(70), *[0] * 12, *regular(70, seed=2), *[None] * 3, 20])
    assert [one.located.day for one in detect(made)] == [
        FIRST + timedelta(days=70),
        FIRST + timedelta(days=152),
    ]


def test_a_holiday_says_nothing_about_anyone():
    """When the whole country rests, no site is silent, and with heartbeats there is no outage either."""
    made = []
    for i in range(8):
        made += rows((f"d-{i}", f"s-{i}"), [*regular(70, seed=i), 0, 0, *regular(5, seed=i)])
    assert detect(made) == []


def test_without_heartbeats_a_dark_day_is_the_systems():
    """All studies and heartbeats gone at once: our own receiver is asked first, once."""
    made = []
    for i in range(8):
        made += rows((f"d-{i}", f"s-{i}"), [*regular(70, seed=i), None, None, *regular(5, seed=i)])
    assert [(one.kind, one.device) for one in detect(made)] == [("silence.system", "")]
    holidays = frozenset({FIRST + timedelta(days=70), FIRST + timedelta(days=71)})
    assert detect(made, params=Params(holidays=holidays)) == []


def test_a_dark_day_shows_where_nobody_beats():
    """Where no installation sends heartbeats, the fall of studies alone must be deeper."""
    made = []
    for i in range(8):
        studies = rows((f"d-{i}", f"s-{i}"), [*regular(70, seed=i), 0, *regular(5, seed=i)])
        made += [row for row in studies if row.measure == "studies"]
    assert [one.kind for one in detect(made)] == ["silence.system"]


def test_others_at_the_site_speak_for_the_site():
    """The finding says which other devices went on working there."""
    made = rows(("d-1", "s-1"), [*regular(70), None, None]) + rows(("d-2", "s-1"), regular(72, seed=3))
    (found,) = detect(made)
    assert found.facts["others_working_at_site"] == ["d-2"]


def test_sites_that_stop_one_after_another_are_told_apart():
    """A site silent long before its sister does not make a silence of the device out of one site's."""
    made = rows(("d-1", "s-1"), [*regular(80), None, None, None]) + rows(("d-1", "s-2"), regular(83, seed=2))
    assert [(one.kind, one.site) for one in detect(made)] == [("silence.site", "s-1")]


def test_corrections_below_nothing_are_nothing():
    """A correction may take back more than a day held; the day is then empty, not negative."""
    day = FIRST + timedelta(days=40)
    made = [row for row in rows(("d-1", "s-1"), regular(70)) if (row.day, row.measure) != (day, "heartbeats")]
    made.append(Row(day, day, "d-1", "1.0", site="s-1", measure="studies", n=-500))
    assert [one.located.day for one in detect(made)] == [day]


REGION = [(f"d-{i}", f"s-{i % 8}") for i in range(16)]
OTHERS = [(f"d-{i}", f"s-{i}") for i in range(20, 60)]


def region_rests(days, *, silent=()):
    """Sixteen devices at eight sites of a nation rest for so many days; the named ones do not come back."""
    made = []
    for i, post in enumerate([*REGION, *OTHERS]):
        rest = [0] * days if post in REGION else regular(days, seed=100 + i)
        back = [0] * 10 if post in silent else regular(10, seed=200 + i)
        made += rows(post, [*regular(70, seed=i), *rest, *back])
    return made


@pytest.mark.parametrize("days", [1, 2, 4])
def test_a_local_holiday_is_one_event_of_a_group(days):
    """Clinics that nobody grouped before rest together: one event without a device, however long."""
    (found,) = detect(region_rests(days))
    assert (found.kind, found.device, found.first_day) == ("silence.group", "", FIRST + timedelta(days=70))
    assert (found.facts["n_sites"], found.facts["devices"]) == (8, 16)
    assert found.p_value < 1e-5


def test_a_group_is_sealed_by_the_rows_of_its_own_sites():
    """What other sites sent that week is no part of what the finding about a group was read from."""
    made = region_rests(1)
    (group,) = detect(made)
    week = [row for row in made if -7 <= (row.day - group.first_day).days <= 0]
    mine = [row for row in week if row.site in group.facts["sites"]]
    assert group.facts["rows_of"] == "sites"
    assert len(mine) < len(week)
    assert (group.rows_hash, group.rows_read) == (rows_digest(mine), len(mine))


def test_who_stays_silent_after_its_group_returned_is_told_alone():
    """The holiday excuses nobody for longer than it lasts."""
    group, alone = detect(region_rests(2, silent=[("d-3", "s-3")]))
    assert (group.kind, alone.kind, alone.device) == ("silence.group", "silence.site", "d-3")
    assert alone.first_day == FIRST + timedelta(days=73)


def test_a_maker_whose_devices_all_stop_is_named_as_the_sender():
    """When the quiet ones are one maker's, the event says so."""
    makers = {device: "acme" if (device, site) in REGION else "other" for device, site in REGION + OTHERS}
    (found,) = detect(region_rests(1), params=Params(makers=makers))
    assert (found.facts["scope"], found.facts["makers"]) == ("maker", ["acme"])


def test_a_clinic_all_of_whose_devices_stop_is_one_event():
    """A clinic on holiday is no fault of its three devices."""
    made = [rows((f"d-{i}", "s-1"), [*regular(70, seed=i), *[0] * 7, *regular(9, seed=i)]) for i in range(3)]
    (found,) = detect(sum(made, []))
    assert (found.kind, found.device, found.site) == ("silence.clinic", "", "s-1")
    assert found.facts["devices"] == ["d-0", "d-1", "d-2"]


def test_missing_heartbeats_speak_too():
    """A small site that also stopped beating is found earlier, and the finding says what stopped."""
    counts = regular(84, mean=4.0)
    (beating,) = detect(rows(("d-1", "s-1"), [*counts, *[0] * 20]))
    after = FIRST + timedelta(days=104)
    (dark,) = detect(rows(("d-1", "s-1"), [*counts, *[None] * 20]), params=Params(after=after))
    assert dark.first_day < beating.first_day
    assert (dark.facts["stopped"], beating.facts["stopped"]) == ("device_or_site", "studies")


def test_tomorrows_date_in_the_east_silences_nobody():
    """While Kamchatka already writes tomorrow's date, Moscow's today is not over."""
    made = [rows((f"d-{i}", f"s-{i}"), regular(70, seed=i)) for i in range(3)]
    last = FIRST + timedelta(days=70)
    east = Row(last, last - timedelta(days=1), "d-0", "1.0", site="s-0", measure="studies", n=9)
    assert detect([*sum(made, []), east]) == []


def test_a_holiday_does_not_teach_a_site_to_be_closed():
    """After a week of national holidays a busy site's silence is found on its first day all the same."""
    made = []
    for i in range(8):
        tail = [None] * 3 if i == 0 else regular(3, seed=50 + i)
        made += rows((f"d-{i}", f"s-{i}"), [*regular(63, seed=i), *[0] * 7, *regular(14, seed=30 + i), *tail])
    (found,) = detect(made)
    assert (found.device, found.first_day) == ("d-0", FIRST + timedelta(days=84))


def test_three_studies_a_day_need_a_month():
    """A tiny site is not judged by a quiet week, and a month without a study is found."""
    counts = np.random.default_rng(4).poisson(0.7, 120).tolist()
    assert detect(rows(("d-1", "s-1"), counts)) == []
    (found,) = detect(rows(("d-1", "s-1"), [*counts, *[0] * 30]))
    assert 7 <= (found.first_day - found.located.day).days <= 30
