# SPDX-License-Identifier: Apache-2.0
"""How signals are spoken of: states, detectors, kinds, effects and guarantees in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from nadzor.detect.finding import Effect, Finding, Guarantee
from nadzor.portal.labels import metric_label
from nadzor.portal.sheets import State
from nadzor.portal.words import interval, number, said, share, small
from nadzor.procedures.signal import (
    CONFIRMED,
    DISMISSED,
    EXPLAINED,
    MAKER_ASKED,
    RAISED,
    SIGNAL,
    UNDER_REVIEW,
)
from nadzor.procedures.words import words
from nadzor.vigilance.cards import SignalRow

TONES = {
    RAISED: "alarm",
    UNDER_REVIEW: "warn",
    MAKER_ASKED: "warn",
    EXPLAINED: "good",
    DISMISSED: "",
    CONFIRMED: "alarm",
}


def signal_state(state: str) -> State:
    """A signal's state as a word and a tone."""
    names = words()[SIGNAL.name].states
    return State(said(names[state]) if state in names else state, TONES.get(state, ""))


def verb_label(verb: str) -> str:
    """A move's verb."""
    verbs = words()[SIGNAL.name].verbs
    label = said(verbs[verb]) if verb in verbs else verb
    return label[:1].upper() + label[1:]


def state_choices() -> dict[str, str]:
    """Values of the filter by state."""
    chosen = {"open": _("open"), "closed": _("closed"), "all": _("all")}
    return chosen | {state: signal_state(state).label for state in SIGNAL.states}


def detector_name(code: str) -> str:
    """A detector's name."""
    names = {
        "silence": _("Silence of an installation"),
        "failure_cusum": _("Rise of the failure rate"),
        "claim_check": _("Check of declared performance"),
    }
    return names.get(code, code)


def headline(row: SignalRow, labels: Mapping[str, str]) -> str:
    """What happened, with its size, in one line; `labels` names findings."""
    effect = row.effect
    if row.detector == "failure_cusum":
        return _("Failures are %(times)s times as frequent as in the baseline") % {
            "times": number(effect.estimate, 1)
        }
    if row.kind == "silence.device":
        return _("All sites of the device are silent")
    if row.detector == "silence":
        return _("No studies arrive where they were expected")
    if row.detector == "claim_check":
        facts = {
            "finding": labels.get(row.finding, row.finding),
            "metric": metric_label(row.stratum),
            "estimate": number(effect.estimate, 3),
            "bound": number(row.threshold, 3),
        }
        return _("%(finding)s: %(metric)s %(estimate)s, declared not below %(bound)s") % facts
    return row.kind


def effect_words(effect: Effect) -> str:
    """An effect with its interval."""
    facts = {
        "name": effect_name(effect.name),
        "estimate": number(effect.estimate, 3),
        "interval": interval(effect.low, effect.high),
        "level": share(effect.level, 0),
    }
    return _("%(name)s %(estimate)s, %(level)s interval %(interval)s") % facts


def effect_name(code: str) -> str:
    """What an effect measures."""
    names = {
        "rate_ratio": _("ratio of rates"),
        "share_of_expected": _("share of the expected studies"),
    }
    return names.get(code, metric_label(code))


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
        return _("e-value %(e)s") % {"e": number(finding.e_value, 2)}
    if finding.p_value is not None:
        return _("p-value %(p)s") % {"p": small(finding.p_value)}
    return _("not used: the guarantee is a run length")
