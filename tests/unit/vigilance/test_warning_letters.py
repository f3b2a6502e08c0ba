# SPDX-License-Identifier: Apache-2.0
"""Letters of warning: which step writes which, whole in both languages, naming nobody; counts for a maker."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor.base.problems import Text
from nadzor.law.load import norms
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.vigilance.warning_cards import Progress
from nadzor.vigilance.warning_letters import (
    ANSWERS,
    PUBLIC_AT_ONCE,
    RELIEVING,
    blinded,
    confirm_text,
    figure_text,
    figures_text,
    kind_of,
    page,
    published,
    sites_text,
    telling,
    tidy,
    versions_text,
    written,
)
from nadzor.vigilance.warning_rows import guarded

EMPTY = Text(ru="", en="")
FACTS = {
    "device": Text("Изделие", "Device"), "register_number": "РЗН 1", "maker": Text("ООО", "LLC"),
    "versions": versions_text(["1.0"]), "filing": "2026-000001", "on": Text("22.11.2026", "22 Nov 2026"),
    "because": blinded("Основание."), "norm": Text("Норма", "Norm"), "figures": EMPTY, "event": "AE-1",
    "seriousness": Text("смерть", "death"), "outcome": Text("закрыто", "closed"),
    "confirm_by": confirm_text(date(2026, 11, 25)), "sites": EMPTY,
}  # fmt: skip


@pytest.mark.parametrize(
    "step, kind",
    [
        (("case", "analysing", "confirm_deviation"), "deviation"),
        (("case", "weighing", "suspend"), "suspension"),
        (("case", "deviation_confirmed", "suspend_at_once"), "suspension"),
        (("case", "outcome", "resume_use"), "resumption"),
        (("case", "suspended", "uphold_complaint"), "resumption"),
        (("case", "under_control", "court_reversal"), "resumption"),
        (("case", "warned", "court_reversal"), "ended"),
        (("case", "weighing", "leave_in_use"), "ended"),
        (("case", "prescribed", "note_cured"), "ended"),
        (("case", "weighing", "uphold_complaint"), None),
        (("case", "outcome", "pass_to_cancellation"), None),
        (("case", "weighing", "issue_warning"), None),
        (("cancellation", "proposed", "cancel"), "cancellation"),
        (("cancellation", "notified", "suspend"), "suspension"),
        (("cancellation", "cancelled", "court_reversal"), "resumption"),
        (("registration_simplified", "filed", "find_complete"), None),
        (("nothing", "at", "all"), None),
    ],
    ids=lambda found: "-".join(found) if isinstance(found, tuple) else str(found),
)
def test_a_step_calls_for_its_letter(step, kind):
    """By the effect on the register; a confirmed deviation and an end in use besides."""
    assert kind_of(*step) == kind


def test_every_change_of_use_tells_clinics():
    """No table of the house has a move that takes a device out of use, or back, in silence."""
    silent = [
        (name, move.verb)
        for name, table in PROCEDURES.items()
        for move in table.moves
        if move.effect in {"suspend_device", "resume_device", "cancel_device", "reinstate_device"}
        and (name, move.verb) not in telling()
    ]
    assert silent == [] and ("case", "suspend_at_once") in telling()


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_letters_are_whole_in_both_languages(kind):
    """No gap is left, no blank paragraph; the public text holds no grounds and no filing of ours."""
    letter, public = written(kind, FACTS), published(kind, FACTS)
    for text in (letter.title, letter.text, public.title, public.text):
        assert all(told and "{" not in told and "\n\n\n" not in told for told in (text.ru, text.en))
    assert "Основание" not in public.text.ru and "2026-000001" not in public.text.ru
    assert ("что делать" in letter.text.ru.lower()) and ("what to do" in letter.text.en.lower())


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_norms_of_letters_are_norms_of_the_house(kind):
    """Each letter cites what can be looked up, its target among it."""
    cites = page().letters[kind].cites
    assert set(cites) <= norms().keys() and "warning.confirm_by" in cites


def test_kinds_are_told_apart():
    """What relieves is never what alarms; a caution says that nothing is confirmed."""
    assert not RELIEVING & PUBLIC_AT_ONCE
    caution = written("threat", FACTS)
    assert "не подтверждено" in caution.title.ru and "not confirmed" in caution.text.en


def test_words_of_the_gaps():
    """A site's pseudonym is taken out of grounds; no day, few sites, no figures: no words."""
    assert "s-abcdefghijkl" not in blinded("как в s-abcdefghijkl").ru
    nothing = (blinded(" "), confirm_text(None), sites_text(4, floor=5), figures_text([]))
    assert set(nothing) == {EMPTY}
    assert "5" in sites_text(5, floor=5).ru and versions_text([]).en == "all versions"
    line = figure_text(EMPTY, [Text("3", "3")] * 3, level=0.9, counted=Text("900", "900"))
    assert "90%" in line.en and "90 %" in line.ru and "900" in figures_text([line]).ru
    assert tidy(Text("а\n\n \n\nб  в", "a")).ru == "а\n\nб в"


@given(st.integers(0, 30), st.data())
def test_a_maker_cannot_work_a_hidden_count_out(sites, data):
    """A shown count and what is left of the sites are each nothing or at least the minimum."""
    n = data.draw(st.integers(0, sites))
    whole = Progress(sites=sites, reached=n, opened=n, confirmed=n, reminded=n)
    shown = guarded(whole, 5)
    assert (shown.sites is None) == (0 < sites < 5)
    for told in (shown.reached, shown.confirmed):
        assert told is None or (
            told in (0, n) and told not in range(1, 5) and sites - told not in range(1, 5)
        )
    assert not (n == 0 and sites >= 5 and shown.confirmed is None)
