# SPDX-License-Identifier: Apache-2.0
"""A yearly report from its draft to the desk and back: fixed, sealed, receipted, never rewritten."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from nadzor.actions.adopt_plan import adopt_plan
from nadzor.actions.delegate import Power, delegate
from nadzor.actions.draft_monitoring import draft_monitoring, refresh_drafts
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.move_monitoring import move_monitoring
from nadzor.actions.move_signal import Grounds
from nadzor.actions.open_monitoring import open_monitoring
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.procedures.rules.dossier import Plan
from nadzor.records import audit, notices
from nadzor.statutory.monitoring_report import digest
from nadzor.vigilance.models import MonitoringReport
from nadzor.vigilance.monitoring import plans, report, reports
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    REGISTRAR,
    REPORTER,
    RIVAL,
)
from tests.monitoring_samples import (
    CODE,
    JANUARY,
    LATE,
    PLAN,
    WORDS,
    YEAR,
    filed,
    monitored_house,
    rows,
    sealed,
    signed,
)
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
BECAUSE = Grounds("Read and compared with telemetry")


@pytest.fixture(autouse=True)
def _house(home: Home) -> None:
    monitored_house(home)


def card(now=JANUARY, who=INSPECTOR):
    """The report on a day, as somebody sees it."""
    return report(who, CODE, YEAR, today=moscow_date(now))


def refused(code, deed, *args, **named):
    """The refusal of a deed, which must have this code."""
    with pytest.raises(Refusal) as found:
        deed(*args, **named)
    assert found.value.code == code
    return found.value


def test_the_way_of_a_report(home: Home) -> None:
    """Drafted, written, fixed, signed, filed, reviewed: each step on the card, the receipt in the audit."""
    receipt = filed(home)
    assert (receipt.number, receipt.edition, receipt.late) == (f"MR-{YEAR}-{CODE}-1", 1, False)
    assert (receipt.suite, receipt.qualified) == ("ed25519", False)
    (deed,) = audit.entries(verb="vigilance.monitoring.file_report")
    assert (audit.head()[1], deed.facts["digest"]) == (receipt.audit, receipt.digest)
    assert move_monitoring(CODE, YEAR, "accept", by=INSPECTOR, grounds=BECAUSE, now=JANUARY) == "reviewed"
    found = card()
    assert [step.verb for step in found.steps] == ["draft", "make_ready", "sign", "file_report", "accept"]
    assert found.row.filed_on == moscow_date(JANUARY) and not found.row.missing
    kept = found.filed[0]
    assert digest(msgspec.to_builtins(kept.report, order="sorted"), kept.words) == receipt.digest


def test_a_late_report_is_filed_and_says_so(home: Home) -> None:
    """After 1 February the same moves are open; the receipt and the list say that it came late."""
    assert filed(home, now=LATE).late
    (found,) = [each for each in reports(INSPECTOR, today=moscow_date(LATE)) if each.day.year == YEAR]
    assert found.late and not found.missing


def test_nothing_is_fixed_before_every_part_is_written(home: Home) -> None:
    """Each hand-written part is asked for by name; what was fixed can only be taken back."""
    draft_monitoring(home, CODE, YEAR, by=REPORTER, now=JANUARY)
    told = refused("monitoring.not-ready", make_ready, home, CODE, YEAR, by=REPORTER, now=JANUARY)
    assert told.facts["parts"] == "literature, feedback, sales, measures, conclusions"
    write_monitoring(CODE, YEAR, WORDS, by=REPORTER, now=JANUARY)
    make_ready(home, CODE, YEAR, by=REPORTER, now=JANUARY)
    refused("monitoring.fixed", write_monitoring, CODE, YEAR, {"sales": "x"}, by=REPORTER, now=JANUARY)
    move_monitoring(CODE, YEAR, "take_back", by=REPORTER, grounds=Grounds(), now=JANUARY)
    assert (card().row.state, card().digest, card().signed) == ("drafting", "", "")


def test_a_reporter_prepares_and_does_not_sign(home: Home) -> None:
    """Signing and filing are the administrator's; a reporter of the same maker is refused."""
    draft_monitoring(home, CODE, YEAR, by=REPORTER, now=JANUARY)
    write_monitoring(CODE, YEAR, WORDS, by=REPORTER, now=JANUARY)
    hash_ = make_ready(home, CODE, YEAR, by=REPORTER, now=JANUARY)
    told = {"expected": hash_, "by": REPORTER, "now": JANUARY}
    refused("move.not-yours", sign_monitoring, home, CODE, YEAR, **told)
    refused(
        "monitoring.other-digest",
        sign_monitoring,
        home,
        CODE,
        YEAR,
        **{**told, "by": MAKER_ADMIN, "expected": "0"},
    )
    assert card().row.state == "signing"


def test_a_correction_is_another_edition(home: Home) -> None:
    """After a return the filed edition stands as it was; the next one names it and has its own hash."""
    first = filed(home)
    told = Grounds("Rates lack limits", {"defects": "Give the limits of rates"})
    move_monitoring(CODE, YEAR, "return_report", by=INSPECTOR, grounds=told, now=JANUARY)
    move_monitoring(CODE, YEAR, "correct", by=MAKER_ADMIN, grounds=BECAUSE, now=JANUARY)
    write_monitoring(CODE, YEAR, {"conclusions": "Limits are given."}, by=MAKER_ADMIN, now=JANUARY)
    sealed(home)
    second = file_monitoring(CODE, YEAR, by=MAKER_ADMIN, now=JANUARY)
    assert (second.previous, second.edition, second.late) == (first.number, 2, False)
    assert second.digest != first.digest
    assert [each.words["conclusions"] for each in card().filed] == [WORDS["conclusions"], "Limits are given."]
    assert any("Give the limits" in each.text.en for each in notices.of("manufacturer_admin", "luchik"))


def test_a_draft_follows_the_data_and_a_signed_one_does_not(home: Home) -> None:
    """A later day of knowledge renews a draft; a fixed report stays what it was, whatever arrives."""
    draft_monitoring(home, CODE, YEAR, by=MAKER_ADMIN, now=JANUARY)
    later = row("processed", 5, next(rows()).day, site="s-1", known=moscow_date(JANUARY))
    write_rollups(home, [*rows(), later])
    tomorrow = JANUARY + timedelta(days=1)
    assert (refresh_drafts(home, now=tomorrow), refresh_drafts(home, now=tomorrow)) == (1, 0)
    assert processed_of(card()) == 39 * 10 + 5
    write_monitoring(CODE, YEAR, WORDS, by=MAKER_ADMIN, now=tomorrow)
    hash_ = sealed(home, now=tomorrow)
    assert refresh_drafts(home, now=tomorrow + timedelta(days=3)) == 0
    assert card().digest == hash_


def processed_of(found) -> int:
    """The processed studies that a report counts."""
    assert found.report is not None
    return next(figure.n for figure in found.report.figures if figure.key == "processed")


def test_a_strange_report_is_unknown(home: Home) -> None:
    """Another maker, a clinic, another year or a device of another class: there is no such report."""
    signed(home)
    for who in (RIVAL, CLINIC, None):
        refused("monitoring.unknown", report, who, CODE, YEAR, today=moscow_date(JANUARY))
        refused("monitoring.unknown", file_monitoring, CODE, YEAR, by=who, now=JANUARY)
    refused("monitoring.unknown", report, INSPECTOR, CODE, 2031, today=moscow_date(JANUARY))
    refused("monitoring.unknown", report, INSPECTOR, "ai-902", YEAR, today=moscow_date(JANUARY))
    assert reports(CLINIC, today=moscow_date(JANUARY)) == []
    assert card(who=AUDITOR).row.state == "signed"


def test_what_is_not_yet_or_not_theirs_is_refused(home: Home) -> None:
    """A future year, a year that still runs, an unopened report, staff who would write for the maker."""
    told = {"by": MAKER_ADMIN, "now": JANUARY}
    refused("monitoring.year-not-begun", open_monitoring, CODE, 2027, **told)
    refused("monitoring.year-not-over", make_ready, home, CODE, 2026, **told)
    refused("monitoring.not-open", write_monitoring, CODE, YEAR, WORDS, **told)
    refused("people.not-yours", open_monitoring, CODE, YEAR, by=INSPECTOR, now=JANUARY)
    refused("people.not-yours", write_monitoring, CODE, YEAR, WORDS, by=HEAD, now=JANUARY)
    told = {"by": MAKER_ADMIN, "grounds": BECAUSE, "now": JANUARY}
    assert refused("monitoring.apart", move_monitoring, CODE, YEAR, "sign", **told).code == "monitoring.apart"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"poem": "x"}, "monitoring.part-unknown"),
        ({"sales": "x" * 20_001}, "monitoring.part-too-long"),
        ({"feedback": "Звонил Иванов, +7 912 345-67-89"}, "monitoring.part-personal"),
    ],
    ids=["unknown", "long", "personal"],
)
def test_a_part_is_checked(home: Home, words: dict[str, str], code: str) -> None:
    """An unknown part, one too long, and one with a telephone in it are refused, and nothing is kept."""
    draft_monitoring(home, CODE, YEAR, by=MAKER_ADMIN, now=JANUARY)
    refused(code, write_monitoring, CODE, YEAR, words, by=MAKER_ADMIN, now=JANUARY)
    assert card().words == {}


def test_plans_are_kept_edition_by_edition(home: Home) -> None:
    """A maker's plan is an edition, the same again is not; inspectors are told, an empty one is refused."""
    refused("monitoring.plan-empty", adopt_plan, CODE, Plan(goals="x"), by=MAKER_ADMIN, now=JANUARY)
    refused("people.not-yours", adopt_plan, CODE, PLAN, by=INSPECTOR, now=JANUARY)
    for wanted in (PLAN, PLAN, msgspec.structs.replace(PLAN, sample_size=800)):
        adopt_plan(CODE, wanted, by=MAKER_ADMIN, now=JANUARY)
    assert [(each.edition, each.plan.sample_size) for each in plans(CODE)] == [(2, 800), (1, 400)]
    assert any("plan of ai-901" in each.text.en for each in notices.of("inspector", None))
    drawn = draft_monitoring(home, CODE, YEAR, by=MAKER_ADMIN, now=JANUARY)
    assert drawn.progress is not None and (drawn.progress.reached, drawn.progress.target) == (100, 800)


def test_a_tampered_report_is_not_filed(home: Home) -> None:
    """Were a kept report changed behind the signature, filing would refuse it."""
    signed(home)
    MonitoringReport.objects.update(words={**WORDS, "sales": "A thousand licences."})
    refused("monitoring.other-digest", file_monitoring, CODE, YEAR, by=MAKER_ADMIN, now=JANUARY)
    assert card().row.filed_on is None


def test_who_decides_by_an_order_is_written_down(home: Home) -> None:
    """A registrar accepts while an order names monitoring, step and chain name it; after it, refused."""
    User.objects.create(username=REGISTRAR.username, role="registrar")
    filed(home)
    today, said = moscow_date(JANUARY), {"by": REGISTRAR, "grounds": BECAUSE}
    refused("move.not-yours", move_monitoring, CODE, YEAR, "accept", now=JANUARY, **said)
    days = {"valid_from": today, "valid_until": today + timedelta(days=2)}
    wanted = Power(to=REGISTRAR.username, order="No 9", procedures=("monitoring",), **days)
    power = delegate(wanted, by=HEAD, now=JANUARY)
    move_monitoring(CODE, YEAR, "accept", now=JANUARY, **said)
    step = card().steps[-1]
    (entry,) = audit.entries(verb="vigilance.monitoring.accept")
    assert (step.by, step.role, step.added["order"]) == (REGISTRAR.username, "registrar", "No 9")
    assert (entry.facts["delegation"], entry.facts["order"]) == (power, "No 9")
    over = JANUARY + timedelta(days=2)
    again = Grounds("once more", {"defects": "none"})
    refused(
        "move.not-yours", move_monitoring, CODE, YEAR, "return_report", by=REGISTRAR, grounds=again, now=over
    )
