# SPDX-License-Identifier: Apache-2.0
"""What a report of an event asks in plain words, for a clinic and at the public door; reading of the answers.

Pure but for the words: a form is read into `Answers`, which says what is wrong with it, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.event_harm import harms
from nadzor.portal.inputs import Input, boxes, day, line, prose
from nadzor.portal.words import language
from nadzor.vigilance.suggestions import plain_choices

WORDS_MAX: Final = 4000
NAME_MAX: Final = 300
OTHER: Final = "other"
FIRST_DAY: Final = date(2010, 1, 1)  # no medical AI was registered before: a year typed wrongly


class Answers(Struct, frozen=True, kw_only=True):
    """What was typed, as it was typed, and what is wrong with it by the name of the field."""

    system: str = ""
    told: str = ""
    wrong: tuple[str, ...] = ()
    event_on: str = ""
    aware_on: str = ""
    harm: str = ""
    words: str = ""
    once: str = ""
    errors: Mapping[str, str] = {}

    @property
    def happened(self) -> date | None:
        """The day it happened, where it is known."""
        return as_day(self.event_on)

    @property
    def learned(self) -> date | None:
        """The day somebody learned of it."""
        return as_day(self.aware_on)

    def hidden(self) -> list[tuple[str, str]]:
        """Everything typed as hidden fields of the page that asks once more."""
        names = ("system", "told", "event_on", "aware_on", "harm", "words", "once")
        pairs = [(name, text) for name in names if (text := getattr(self, name))]
        return [*pairs, *(("wrong", each) for each in self.wrong)]


def as_day(text: str) -> date | None:
    """A day of a date field; None for nothing and for rubbish."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def read(given: Mapping[str, str], wrong: Sequence[str], *, once: str) -> Answers:
    """A posted form, cut to what a field may hold."""
    longest = {"system": 60, "told": NAME_MAX, "event_on": 10, "aware_on": 10, "harm": 40}
    kept = {name: given.get(name, "").strip()[:size] for name, size in longest.items()}
    words = given.get("words", "").strip()[: WORDS_MAX + 1]
    keys = {each.key for each in plain_choices(language())}
    known = tuple(dict.fromkeys(each for each in wrong if each in keys))
    return Answers(**kept, wrong=known, words=words, once=given.get("once", once)[:40])


def wrongs_of(answers: Answers, *, today: date, systems: Sequence[str] | None) -> dict[str, str]:
    """What is wrong, field by field; `systems` are those to choose from, None where the code names it."""
    found = dict(_days_wrong(answers, today))
    if systems is not None and answers.system not in {*systems, OTHER}:
        found["system"] = _("Choose the system, or say that it is another one.")
    if systems is not None and answers.system == OTHER and not answers.told:
        found["told"] = _("Write what the system is called.")
    if not answers.wrong and not answers.words:
        found["wrong"] = _("Choose what went wrong, or describe it in your own words below.")
    if answers.harm not in harms():
        found["harm"] = _("Choose one; “not known” is an answer, too.")
    if len(answers.words) > WORDS_MAX:
        found["words"] = _("At most %(n)s characters.") % {"n": WORDS_MAX}
    return found


def _days_wrong(answers: Answers, today: date) -> list[tuple[str, str]]:
    happened, learned = answers.happened, answers.learned
    days = (("event_on", answers.event_on, happened), ("aware_on", answers.aware_on, learned))
    found = [(name, wrong) for name, text, value in days if (wrong := _day_wrong(text, value, today))]
    if not found and happened and learned and learned < happened:
        found.append(("aware_on", _("Nobody can learn of it before it happened.")))
    return found


def _day_wrong(text: str, value: date | None, today: date) -> str:
    """What is wrong with one day; nothing is wrong with an empty field."""
    if text and value is None:
        return _("Write a day that exists.")
    if value is not None and value > today:
        return _("This day has not come yet.")
    return _("Check the year.") if value is not None and value < FIRST_DAY else ""


def own_field(answers: Answers, systems: Mapping[str, str]) -> Input:
    """Which of some systems it is, and no other."""
    wrong = answers.errors.get("system", "")
    return boxes("system", _("Which system?"), systems, [answers.system], many=False, error=wrong)


def system_field(answers: Answers, systems: Mapping[str, str]) -> list[Input]:
    """Which system it is: one of those that work here, or another one by name."""
    error = answers.errors
    hint = _("Only if it is not in the list: its name as it stands on the screen.")
    wrong = error.get("told", "")
    return [
        own_field(answers, {**systems, OTHER: _("another one")}),
        line("told", _("Its name"), hint=hint, value=answers.told, longest=NAME_MAX, error=wrong),
    ]


def event_inputs(answers: Answers, *, asks_learned: bool) -> list[Input]:
    """What went wrong, when, whether somebody was harmed, and the story; in this order."""
    error = answers.errors
    troubles = {each.key: each.label for each in plain_choices(language())}
    harm = {key: each.label for key, each in harms().items()}
    fields = [
        boxes("wrong", _("What went wrong?"), troubles, answers.wrong, hint=_("Everything that fits."),
              error=error.get("wrong", "")),
        day("event_on", _("When did it happen?"), hint=_("Leave empty if the day is not known."),
            value=answers.event_on, error=error.get("event_on", "")),
        day("aware_on", _("When did you learn of it?"), hint=_("Leave empty if it was the same day."),
            value=answers.aware_on, error=error.get("aware_on", "")),
        boxes("harm", _("Was a patient harmed?"), harm, [answers.harm], many=False,
              error=error.get("harm", "")),
        prose("words", _("What happened, in your own words"), value=answers.words[:WORDS_MAX],
              longest=WORDS_MAX, hint=careful(), error=error.get("words", "")),
    ]  # fmt: skip
    return fields if asks_learned else [each for each in fields if each.name != "aware_on"]


def careful() -> str:
    """The warning beside every free text about an event."""
    return _(
        "No names, no numbers of people, no telephones. If such a detail slips in, the text is held back "
        "until an inspector has blackened it; the report itself is not delayed."
    )
