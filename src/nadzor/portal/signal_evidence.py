# SPDX-License-Identifier: Apache-2.0
"""The evidence of a signal: the figures, what each run said, and the command that gives a figure again."""

from __future__ import annotations

from shlex import quote

import msgspec
from django.utils.translation import gettext as _

from nadzor.detect.finding import Finding
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.signal_words import effect_words, evidence_value, guarantee_words
from nadzor.portal.words import NOTHING, day, moment, number
from nadzor.vigilance.cards import EvidenceCard, SignalCard


def evidence_facts(card: SignalCard) -> list[Fact]:
    """The figures that the last word rests on."""
    finding = card.latest.finding
    baseline = finding.baseline
    window = (
        f"{day(baseline.first)} – {day(baseline.after)}"
        if baseline.first
        else _("a declared value, no window")
    )
    over = _("threshold %(t)s") % {"t": number(finding.threshold, 3)}
    size = number(finding.journal_size) if finding.journal_size is not None else NOTHING
    return [
        Fact(_("Statistic"), number(finding.statistic, 3), note=over),
        Fact(_("Guarantee"), guarantee_words(finding.guarantee)),
        Fact(_("p-value or e-value"), evidence_value(finding)),
        Fact(_("Baseline window"), window, note=_baseline_note(finding)),
        Fact(_("Digest of the baseline"), baseline.hash, mono=True),
        Fact(_("Over-dispersion φ"), number(finding.over_dispersion, 2)),
        Fact(_("Code of the detector"), finding.code, mono=True),
        Fact(_("Size of the journal"), size),
        Fact(_("Rows of the rollup read"), number(finding.rows_read)),
        Fact(_("Digest of those rows"), finding.rows_hash, mono=True),
        Fact(_("Digest of this evidence"), card.latest.digest, mono=True, note=_evidence_note(card)),
    ]


def evidence_table(card: SignalCard) -> Table:
    """What each run said of the signal, newest first."""
    head = columns(
        _("Said"), _("First day over the threshold"), _("Size"), _("Episodes"), _("Last days"), numbers=(3,)
    )
    return Table(_("What the runs said"), head, [_said(each) for each in reversed(card.evidence)])


def _said(each: EvidenceCard) -> Line:
    stands = "" if each.stands else _("no longer stands")
    return line(
        Cell(moment(each.at), note=stands),
        day(each.finding.first_day),
        Cell(effect_words(each.finding), wraps=True),
        number(each.episodes),
        _lately(each),
    )


def _lately(each: EvidenceCard) -> str:
    """The figure of the last closed days against its baseline."""
    told = each.circumstances.lately
    if told is None:
        return NOTHING
    digits = 2 if told.high > 1.0 else 4
    facts = {
        "value": number(told.value, digits), "low": number(told.low, digits),
        "high": number(told.high, digits), "baseline": number(told.baseline, digits),
        "days": number(told.days),
    }  # fmt: skip
    return _("%(value)s (%(low)s … %(high)s) in %(days)s days, baseline %(baseline)s") % facts


def command_of(finding: Finding) -> str:
    """The command that gives the finding's figure again, where its facts allow it; else nothing.

    Why: a count against its expectation, or a share, is all that an expert needs to recompute the size.
    """
    facts = finding.facts
    seen = _figure(facts.get("observed", facts.get("failed")))
    expected = _figure(facts.get("expected"))
    if seen is None:
        return ""
    if expected and seen == int(seen):
        asked = {"observed": seen, "expected": expected, "level": finding.effect.level}
        return _command("poisson-ci", asked)
    trials = _figure(facts.get("trials", facts.get("cases")))
    if not trials or (seen != int(seen) and seen != finding.effect.estimate):
        return ""
    successes = seen if seen == int(seen) else round(seen * trials)
    return _command("proportion-ci", {"x": successes, "n": trials, "level": finding.effect.level})


def _command(name: str, asked: dict[str, float]) -> str:
    return f"echo {quote(msgspec.json.encode(asked).decode())} | nadzor calc {name}"


def _figure(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _baseline_note(finding: Finding) -> str:
    if not finding.baseline.exposure or not finding.baseline.events:
        return ""
    facts = {"events": number(finding.baseline.events), "exposure": number(finding.baseline.exposure)}
    return _("%(events)s events in %(exposure)s studies") % facts


def _evidence_note(card: SignalCard) -> str:
    facts = {"n": number(len(card.evidence)), "at": moment(card.latest.at)}
    return _("record %(n)s of this signal, made %(at)s") % facts
