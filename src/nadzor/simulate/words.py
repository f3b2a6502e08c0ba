# SPDX-License-Identifier: Apache-2.0
"""One post's truth put into words of the wire, event by event."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any, Final

from nadzor.base.ids import derived_uuid7
from nadzor.simulate.adverse import PROBLEMS, REPORT_S, TYPES, Reports
from nadzor.simulate.conclusions import AGE_BANDS, SEXES, VERDICTS, verdicts
from nadzor.simulate.levels import software_of
from nadzor.simulate.life import BEAT_S, CHANGE_S, FAULT_S
from nadzor.simulate.telling import DAY_S, FAILED, LABEL_S, OUTCOMES, READINGS, STAGES, Telling, date_of
from nadzor.simulate.world import Post, VersionSpec, World
from nadzor_wire import event as wire

SDK: Final = "0.1.0"
CODES: Final = {
    "network": "NET001",
    "input": "INP002",
    "processing": "PRC003",
    "output": "OUT004",
    "integration": "INT005",
}
READERS: Final = 3
CORRECT_S: Final = 11 * 3600


class Words:
    """The words of one post; ids are derived from the nation's seed, the post, the moment and the thing."""

    def __init__(self, world: World, post: Post, told: Telling) -> None:
        self.world, self.post, self.told, self.verdict = world, post, told, verdicts(told.said)
        self.zone = timezone(timedelta(hours=post.zone))
        self.software, self.places = software_of(world, post)
        self.readers = [self._reader(number) for number in range(READERS)]

    def study(self, i: int) -> wire.Study:
        """Report `i` of a study."""
        told, outcome = self.told, OUTCOMES[self.told.outcome[i]]
        stage: Any = STAGES[told.stage[i]]
        software, now = self._ran(i), self._at(told.day[i], told.second[i])
        return wire.Study(
            id=self._id(now, "study", told.number[i], *("again",) * int(told.again[i])), at=now,
            study=self._key(i), version=software.version, build=software.build, outcome=_word(outcome),
            failure=wire.Failure(stage=stage, code=CODES[stage]) if outcome == OUTCOMES[FAILED] else None,
            duration_ms=int(told.duration_ms[i]), modality=_word(self.post.device.modality),
            equipment=_word(self.post.equipment[told.who.equipment[i]]),
            age_band=_word(AGE_BANDS[told.who.age[i]]), sex=_word(SEXES[told.who.sex[i]]),
            findings=self._findings(i) if outcome == OUTCOMES[0] else (),
        )  # fmt: skip

    def review(self, i: int) -> wire.Review:
        """The physician's word on study `i`."""
        told = self.told
        now = self._at(told.day[i], int(told.second[i]) + int(told.signed_s[i]))
        return wire.Review(
            id=self._id(now, "review", told.number[i]), at=now, study=self._key(i),
            study_day=self._date(told.day[i]), version=self._ran(i).version,
            reader=self.readers[int(told.number[i]) % READERS], ai_seen_first=bool(told.number[i] % 2),
            verdict=_word(VERDICTS[self.verdict[i]]), findings=self._presences(i, told.said.seen),
            reading_time=_word(READINGS[told.reading[i]]),
        )  # fmt: skip

    def truth(self, i: int) -> wire.Truth:
        """What proved true of study `i`."""
        told = self.told
        now = self._at(told.label_day[i], LABEL_S)
        return wire.Truth(
            id=self._id(now, "truth", told.number[i]), at=now, study=self._key(i),
            study_day=self._date(told.day[i]), version=self._ran(i).version,
            findings=self._presences(i, told.said.present), source="follow_up", selection="random",
        )  # fmt: skip

    def correct(self, i: int) -> wire.Correct:
        """Report `i` taken back."""
        now = self._at(self.told.back[i], CORRECT_S)
        return wire.Correct(
            id=self._id(now, "correct", self.told.number[i]), at=now, corrects=self.study(i).id,
            reason="wrong_study",
        )  # fmt: skip

    def heartbeat(self, day: int, offset_ms: int) -> wire.Heartbeat:
        """A sign of life."""
        now = self._at(day, BEAT_S)
        return wire.Heartbeat(id=self._id(now, "heartbeat"), at=now, sdk=SDK, clock_offset_ms=offset_ms)

    def change(self, day: int, before: VersionSpec, after: VersionSpec) -> wire.Change:
        """Software that changed."""
        now = self._at(day, CHANGE_S)
        return wire.Change(
            id=self._id(now, "change"), at=now, from_version=before.version, to_version=after.version,
            build=after.build,
        )  # fmt: skip

    def fault(self, day: int, number: int) -> wire.Fault:
        """A malfunction outside any study."""
        now = self._at(day, FAULT_S)
        version = self._software(day).version
        return wire.Fault(
            id=self._id(now, "fault", number), at=now, stage="processing", code=CODES["processing"],
            severity="critical", version=version,
        )  # fmt: skip

    def adverse_event(self, told: Reports, i: int) -> wire.AdverseEvent:
        """Report `i` of an adverse event; it is told the day it becomes known to the clinic."""
        now = self._at(told.day[i], REPORT_S)
        return wire.AdverseEvent(
            id=self._id(now, "adverse", told.number[i]), at=now, event_date=self._date(told.event_day[i]),
            aware_date=self._date(told.day[i]), event_type=_word(TYPES[told.type[i]]),
            problem_codes=(PROBLEMS[told.problem[i]],), version=self._software(told.day[i]).version,
        )  # fmt: skip

    def _ran(self, i: int) -> VersionSpec:
        return self._software(self.told.day[i])

    def _software(self, day: int) -> VersionSpec:
        return self.software[int(self.places[day])]

    def _date(self, day: int) -> date:
        return date_of(self.world, int(day))

    def _at(self, day: int, second: int) -> datetime:
        days, second = divmod(int(second), DAY_S)
        on = self._date(int(day) + days)
        return datetime(on.year, on.month, on.day, tzinfo=self.zone) + timedelta(seconds=second)

    def _id(self, now: datetime, *parts: object) -> str:
        return derived_uuid7(now, "nation", str(self.world.seed), self.post.key, *map(str, parts))

    def _key(self, i: int) -> str:
        """The salted study identifier that a site would have sent."""
        text = f"{self.world.seed}\t{self.post.key}\t{self.told.number[i]}"
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def _reader(self, number: int) -> str:
        text = f"{self.world.seed}\t{self.post.key}\t{number}"
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def _findings(self, i: int) -> tuple[wire.Finding, ...]:
        said, declared = self.told.said, self.post.device.manner is None
        return tuple(
            wire.Finding(
                code=finding.code, score=int(said.score[f, i]), positive=bool(said.positive[f, i]),
                threshold=finding.threshold if declared else None,
            )
            for f, finding in enumerate(self.post.device.findings)
        )  # fmt: skip

    def _presences(self, i: int, there: Any) -> tuple[wire.Presence, ...]:
        findings = enumerate(self.post.device.findings)
        return tuple(wire.Presence(code=finding.code, present=bool(there[f, i])) for f, finding in findings)


def _word(text: str) -> Any:
    """A word that the wire's enumerations hold; the world keeps plain strings."""
    return text
