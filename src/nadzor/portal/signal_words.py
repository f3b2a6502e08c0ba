# SPDX-License-Identifier: Apache-2.0
"""How signals are spoken of: states, courses, detectors, kinds, effects and guarantees in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.detect import words as detect_words
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.finding import Finding, Guarantee
from nadzor.portal.sheets import State
from nadzor.portal.words import NOTHING, WIDE, day, evidence_size, language, number, said, share, small
from nadzor.procedures.signal import (
    ARCHIVED,
    CONFIRMED,
    EXPLAINED,
    MAKER_ASKED,
    RAISED,
    REGRESSED,
    RESOLVED,
    SIGNAL,
    UNDER_REVIEW,
)
from nadzor.procedures.words import words
from nadzor.vigilance.cards import SignalRow
from nadzor.vigilance.course import COURSES, NAMES
from nadzor.vigilance.reasons import reasons

TONES = {
    RAISED: "alarm",
    UNDER_REVIEW: "warn",
    MAKER_ASKED: "warn",
    EXPLAINED: "good",
    CONFIRMED: "alarm",
    RESOLVED: "good",
    REGRESSED: "alarm",
    ARCHIVED: "calm",
}
SURE = 6
"""Orders of magnitude beyond which more of them tell an inspector nothing."""
COURSE_TONES = {"escalating": "alarm", "new": "warn", "ongoing": "calm", "quiet": ""}


def signal_state(state: str) -> State:
    """A signal's state as a word and a tone."""
    names = words()[SIGNAL.name].states
    return State(said(names[state]) if state in names else state, TONES.get(state, ""))


def course_state(course: str) -> State:
    """Where the evidence goes, as a word and a tone."""
    names = {str(code): name for code, name in NAMES.items()}
    return State(said(names[course]) if course in names else course, COURSE_TONES.get(course, ""))


def severity_state(severity: int) -> State:
    """How bad it would be for patients."""
    names = {
        4: State(_("patients may be harmed unnoticed"), "alarm"),
        3: State(_("harm is possible"), "alarm"),
        2: State(_("quality falls"), "warn"),
        1: State(_("for information"), ""),
    }
    return names.get(severity, State(str(severity)))


def verb_label(verb: str) -> str:
    """A move's verb."""
    verbs = words()[SIGNAL.name].verbs
    label = said(verbs[verb]) if verb in verbs else verb
    return label[:1].upper() + label[1:]


def verb_explained(verb: str) -> str:
    """What a move does, in a sentence."""
    explains = words()[SIGNAL.name].explains
    return said(explains[verb]) if verb in explains else ""


def reason_name(code: str) -> str:
    """A reason of the catalogue; a code that left it stands for itself."""
    return said(reasons()[code].says) if code in reasons() else code


def state_choices() -> dict[str, str]:
    """Values of the filter by state."""
    chosen = {"open": _("open"), "closed": _("closed"), "all": _("all")}
    return chosen | {state: signal_state(state).label for state in SIGNAL.states}


def course_choices() -> dict[str, str]:
    """Values of the filter by course."""
    return {"": _("all")} | {code: course_state(code).label for code in COURSES}


def severity_choices() -> dict[str, str]:
    """Values of the filter by severity."""
    return {"": _("all")} | {str(grade): severity_state(grade).label for grade in (4, 3, 2, 1)}


def detector_name(code: str) -> str:
    """A detector's name."""
    return said(dossier(code).title) if code in DETECTORS else code


def headline(row: SignalRow, labels: Mapping[str, str]) -> str:
    """What happened, with its size, in one line; `labels` names findings."""
    return said(detect_words.headline(row.latest, labels)) if row.latest else row.kind


def sentence(finding: Finding, labels: Mapping[str, str]) -> str:
    """What an inspector reads of a finding; of one that lacks a fact, its headline."""
    return said(detect_words.sentence(finding, labels))


def effect_words(finding: Finding) -> str:
    """An effect with its interval, in the unit of its kind."""
    effect, told = finding.effect, detect_words.kinds().get(finding.kind)
    unit = told.effect.unit if told else "number"
    estimate, low, high = (
        detect_words.written(value, unit, language()) for value in (effect.estimate, effect.low, effect.high)
    )
    facts = {
        "name": effect_name(finding).removesuffix(", " + _("points")),
        "estimate": estimate + (WIDE + _("points") if unit == "points" else ""),
        "interval": f"{low} … {high}",
        "level": share(effect.level, 0),
    }
    if low == high:
        return f"{facts['name']} {facts['estimate']}"
    return _("%(name)s %(estimate)s, %(level)s interval %(interval)s") % facts


def effect_name(finding: Finding) -> str:
    """What an effect measures."""
    return said(detect_words.effect_label(finding))


def guarantee_words(guarantee: Guarantee) -> str:
    """What is promised about false alarms."""
    budget, spent = number(guarantee.budget, 3), number(guarantee.spent, 3)
    kinds = {
        "run_length": _(
            "run length: at most %(budget)s false alarms a device-year; %(spent)s expected so far"
        ),
        "anytime": _("at any time: probability of ever a false alarm at most %(budget)s; %(spent)s spent"),
        "fdr": _("false discovery rate at most %(budget)s; %(spent)s spent"),
    }
    return kinds[guarantee.kind] % {"budget": budget, "spent": spent}


def evidence_value(finding: Finding) -> str:
    """The p-value or e-value that was computed, if any."""
    if finding.e_value is not None:
        return _("e-value %(e)s") % {"e": evidence_size(finding.e_value)}
    if finding.p_value is not None:
        return _("p-value %(p)s") % {"p": small(finding.p_value)}
    if finding.guarantee.kind != "run_length":
        return NOTHING
    return _("not used: the guarantee is a run length")


def denominator(row: SignalRow) -> str:
    """What the signal's figures are a part of: studies and device-years of its window."""
    facts = {
        "studies": number(row.studies),
        "days": number(row.window_days),
        "years": number(row.window_days / 365.25, 2),
    }
    told = _("%(studies)s studies in %(days)s days (%(years)s device-years)") % facts
    if not row.labels:
        return told
    return told + ", " + ngettext("%(n)s label", "%(n)s labels", row.labels) % {"n": number(row.labels)}


def strength_words(strength: float) -> str:
    """How strongly the evidence speaks, as one chance in so many, to two digits."""
    if strength >= SURE:
        return _("by chance less than 1 in %(n)s") % {"n": number(10.0**SURE)}
    odds = 10.0**strength
    rounding = max(0, int(strength) - 1)
    return _("by chance about 1 in %(n)s") % {"n": number(round(odds, -rounding), 1 if odds < 10 else 0)}


def target(row: SignalRow, today: date) -> State | None:
    """The house's own target for taking a signal up, while nobody has; no term of law."""
    if row.state != RAISED or row.take_up_by is None:
        return None
    facts = {"day": day(row.take_up_by)}
    if row.take_up_by < today:
        return State(_("to be taken up by %(day)s: late") % facts, "warn")
    return State(_("to be taken up by %(day)s") % facts)
