# SPDX-License-Identifier: Apache-2.0
"""Those who play a year's applications, yearly reports and one case from signal to control and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from nadzor.actions.draft_monitoring import draft_monitoring
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.move_filing import move_filing
from nadzor.actions.move_monitoring import move_monitoring
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.open_case import open_case
from nadzor.actions.open_filing import open_filing
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.actions.year.players import BECAUSE
from nadzor.actions.year.stage import EVENING, NOON, Stage, at, maker, staff
from nadzor.base.problems import Text
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.monitoring import DRAFTING, DUE, FILED
from nadzor.procedures.moves import moves_from
from nadzor.procedures.signal import MAKER_ASKED, RAISED, UNDER_REVIEW
from nadzor.register.models import Filing
from nadzor.simulate.filings import DEMO_FACTS, Script, form_of
from nadzor.simulate.year import AffairStep, affairs, chance_of, delay, temper_of
from nadzor.vigilance.models import AdverseEvent, MonitoringReport, Signal
from nadzor.vigilance.monitoring_cards import WRITTEN

SIDE: Final = ("manufacturer_admin", "manufacturer_reporter", "representative")
REPORT_DAYS: Final = 31  # January: what a maker has for last year's report
REVIEW_DAYS: Final = 10
LEFT_SHARE: Final = 0.3  # signals nobody takes up
#: The case of the year: "days after the move before, verb"; who may make it is read from the table.
CASE: Final = (
    (3, "confirm_deviation"), (2, "inquire"), (9, "answer"), (4, "suspend"), (2, "ask_consent"),
    (5, "note_consent"), (1, "order_control"), (14, "record_control"), (10, "resume_use"),
)  # fmt: skip


class Players:
    """Who carries the year's affairs, and how far each has come."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.seed = stage, stage.world.seed
        self._numbers: dict[int, str] = {}
        self._case, self._made, self._moved = "", 0, date.min

    def play(self, step: AffairStep) -> None:
        """One move of an application on its day."""
        affair, on = affairs()[step.affair], step.day
        device = self.stage.world.devices[step.affair % len(self.stage.world.devices)]
        if step.verb == "open":
            script = _script(affair.procedure, step.affair)
            self._numbers[step.affair] = open_filing(
                affair.procedure, by=maker(device.maker), now=at(on, NOON), maker=device.maker,
                device=device.code if affair.device else None, form=form_of(script, at(on, NOON)),
            )  # fmt: skip
            return
        self._move(self._numbers[step.affair], step.verb, on=on, facts=DEMO_FACTS)

    def decide(self, *, on: date) -> None:
        """Signals, the case and the yearly reports, each as far as they come today."""
        self._signals(on)
        self._of_case(on)
        self._reports(on)

    def _move(self, number: str, verb: str, *, on: date, facts: Mapping[str, Any]) -> None:
        row = Filing.objects.select_related("maker").get(number=number)
        by = next(move.by for move in moves_from(PROCEDURES[row.procedure], row.state) if move.verb == verb)
        who = maker(row.maker.code) if set(by) & set(SIDE) else staff(by[0])
        move_filing(number, verb, by=who, because=BECAUSE, now=at(on, EVENING), facts=dict(facts))

    def _signals(self, on: date) -> None:
        """The inspector takes signals up, asks the maker, and the head confirms the first that is grave."""
        for row in Signal.objects.filter(state__in=(RAISED, UNDER_REVIEW, MAKER_ASKED), leading=None):
            left = chance_of(self.seed, f"signal {row.pk}", 100) < 100 * LEFT_SHARE
            if (on - row.changed_at.date()).days >= 2 and not (left and row.state == RAISED):
                self._of_signal(row, on)

    def _of_signal(self, row: Signal, on: date) -> None:
        asked = row.moves.filter(verb="ask_maker").exists()
        if row.state == RAISED:
            verb, by = "take", staff("inspector")
        elif row.state == MAKER_ASKED:
            verb, by = (
                ("answer", self.stage.maker(row.device))
                if row.device
                else ("go_on_without_answer", staff("inspector"))
            )
        elif not asked and row.device:
            verb, by = "ask_maker", staff("inspector")
        elif not self._case and row.device and row.severity >= 3:
            verb, by = "confirm", staff("head")
        else:
            verb, by = "explain", staff("inspector")
        added = {"reason_code": REASONS[verb]} if verb in REASONS else {}
        move_signal(row.pk, verb, by=by, grounds=Grounds(BECAUSE, added), now=at(on, EVENING))
        if verb == "confirm":
            self._open_case(row, on)

    def _open_case(self, row: Signal, on: date) -> None:
        event = AdverseEvent.objects.filter(device=row.device).order_by("-id").first()
        grounds = [("signal", str(row.pk)), *([("event", event.number)] if event else [])]
        self._case = open_case(
            row.device, grounds=grounds, by=staff("inspector"), now=at(on, EVENING), because=BECAUSE
        )
        self._moved = on

    def _of_case(self, on: date) -> None:
        if not self._case or self._made == len(CASE):
            return
        after, verb = CASE[self._made]
        if (on - self._moved).days < after:
            return
        facts = {**DEMO_FACTS, "norm_cite": "cancellation.suspension_first"}
        self._move(self._case, verb, on=on, facts=facts)
        self._made, self._moved = self._made + 1, on

    def _reports(self, on: date) -> None:
        """In January each maker files its reports, as promptly as it is; the inspector accepts them."""
        for row in MonitoringReport.objects.filter(year__lt=on.year).order_by("id"):
            opened = date(row.year + 1, 1, 1)
            by = self.stage.maker(row.device)
            wait = delay(
                self.seed,
                temper_of(self.seed, by.username),
                f"report {row.device} {row.year}",
                limit=REPORT_DAYS,
            )
            if row.state in (DUE, DRAFTING) and wait is not None and on >= opened + timedelta(wait):
                self._file(row, by, on)
            elif row.state == FILED and (on - row.changed_at.date()).days >= REVIEW_DAYS:
                move_monitoring(row.device, row.year, "accept", by=staff("inspector"), now=at(on, EVENING),
                                grounds=Grounds(BECAUSE))  # fmt: skip

    def _file(self, row: MonitoringReport, by: Person, on: date) -> None:
        home, device, year, now = self.stage.home, row.device, row.year, at(on, EVENING)
        if row.state == DUE:
            draft_monitoring(home, device, year, by=by, now=now)
        write_monitoring(device, year, dict.fromkeys(WRITTEN, BECAUSE), by=by, now=now)
        digest = make_ready(home, device, year, by=by, now=now)
        sign_monitoring(home, device, year, expected=digest, by=by, now=now)
        file_monitoring(device, year, by=by, now=now)


REASONS: Final = {"confirm": "deviation_confirmed", "explain": "case_mix"}


def _script(procedure: str, place: int) -> Script:
    """What an application is about: a new product, a version, or something else of a device."""
    product = Text(ru=f"Изделие года {place}", en=f"Device of the year {place}")
    is_new = procedure.startswith("registration")
    return Script(
        procedure=procedure, maker="", steps=(), product=product if is_new else None,
        version=f"9.{place}" if procedure == "amendment_version" else "",
    )  # fmt: skip
