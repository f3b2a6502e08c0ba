# SPDX-License-Identifier: Apache-2.0
"""The checks of the conformance test, one function each; their words are in conformance.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Final, TypeVar

from nadzor.procedures.rules.sandbox_stream import Found, Stream, Verdict
from nadzor_wire.event import AdverseEvent, Correct, Fault, Heartbeat, Lost, Recorded, Study, Withheld
from nadzor_wire.limits import SIGNATURE_WINDOW_S

# What the test asks for.  Our own limits; each is the smallest that tells a working sender from luck.
STUDIES_MIN: Final = 20
HEARTBEATS_MIN: Final = 3
HEARTBEAT_S: Final = 300  # the rate that docs/protocol.md states
LATE_TWICE: Final = 2  # a beat may be missed now and then; the middle interval may not be twice the rate
OFFLINE_S: Final = 60  # an event that waited so long was kept on disk, not in a buffer
KINDS: Final = ("network", "processing", "data_quality", "interruption")  # fields 10-12 of Order 4472

REPEATED: Final = "batch.repeated"
PERSONAL: Final = "batch.personal-data"
FUTURE: Final = "event.future-time"
NOTHING: Final = "—"
NOT_OF_FORM: Final = (REPEATED, PERSONAL, "batch.too-slow", "batch.conflict")

K = TypeVar("K", bound=Recorded)


def signed(stream: Stream) -> Found:
    """A batch is in the log only under a valid signature of an enrolled key.

    Law: R-115: testing precedes the filing.
    """
    return Found(_seen(bool(stream.batches)), {"batches": len(stream.batches), "events": len(stream.events)})


def heartbeats(stream: Stream) -> Found:
    """Signs of life at the stated rate.

    Law: none; docs/protocol.md.
    """
    beats = sorted(beat.at for beat in _of(stream, Heartbeat))
    if len(beats) < HEARTBEATS_MIN:
        return Found("unseen", {"n": len(beats), "every": NOTHING})
    every = median((later - before).total_seconds() for before, later in zip(beats, beats[1:], strict=False))
    return Found(_held(every <= LATE_TWICE * HEARTBEAT_S), {"n": len(beats), "every": f"{every:.0f}"})


def studies(stream: Stream) -> Found:
    """Enough studies, with processed ones and failed ones among them.

    Law: R-064: processed data.
    """
    outcomes = [study.outcome for study in _of(stream, Study)]
    facts = {"n": len(outcomes), "failed": outcomes.count("failed"), "least": STUDIES_MIN}
    return Found(_seen(len(outcomes) >= STUDIES_MIN and {"processed", "failed"} <= set(outcomes)), facts)


def version(stream: Stream) -> Found:
    """Every version in the stream is declared or registered.

    Law: Order 4472, field 4.
    """
    used = {study.version for study in _of(stream, Study)}
    foreign = sorted(used - stream.versions.keys())
    facts = {"used": ", ".join(sorted(used)) or NOTHING, "foreign": ", ".join(foreign) or NOTHING}
    return Found(_held(not foreign) if used else "unseen", facts)


def build(stream: Stream) -> Found:
    """A version with declared builds sends no other.

    Law: none; docs/protocol.md.
    """
    used = {(study.version, study.build) for study in _of(stream, Study)}
    foreign = [build for name, build in used if (known := stream.versions.get(name)) and build not in known]
    facts = {"n": len(used), "foreign": len(foreign)}
    return Found(_held(not foreign) if used else "unseen", facts)


def results(stream: Stream) -> Found:
    """Studies say what the device concluded.

    Law: R-064: results of the software's action.
    """
    told = sum(bool(study.findings) for study in _of(stream, Study))
    return Found(_seen(told > 0), {"n": told})


def adverse_event(stream: Stream) -> Found:
    """The channel of Order 1113n's information was tried.

    Law: R-064: the information of the reporting procedure goes the same way.
    """
    told = len(_of(stream, AdverseEvent))
    return Found(_seen(told > 0), {"n": told})


def failures(stream: Stream) -> Found:
    """Errors of every kind the form asks for were coded.

    Law: Order 4472, fields 10-12.
    """
    errors = stream.month.errors if stream.month else {}
    seen = [kind for kind in KINDS if errors.get(kind)]
    return Found(_seen(len(seen) == len(KINDS)), {"seen": len(seen), "of": len(KINDS)})


def month(stream: Stream) -> Found:
    """The data set computed from the stream loses nothing of it.

    Law: R-115; Order 4472: the counts are those of the events.
    """
    if stream.month is None:
        return Found("unseen", {"attempts": 0, "errors": 0, "counted": 0, "wrong": 0})
    void = {each.corrects for each in _of(stream, Correct)}
    kept = [study for study in _of(stream, Study) if study.id not in void]
    wrong = sum(study.outcome == "failed" for study in kept)
    wrong += sum(fault.id not in void for fault in _of(stream, Fault))
    told = (stream.month.attempts, sum(stream.month.errors.values()))
    facts = {"attempts": told[0], "errors": told[1], "counted": len(kept), "wrong": wrong}
    return Found(_held(told == (len(kept), wrong)) if kept else "unseen", facts)


def fields(stream: Stream) -> Found:
    """Every field of the form's edition has a value.

    Law: Order 4472, the edition in force.
    """
    if stream.form is None or stream.month is None:
        return Found("unseen", {"given": 0, "of": 0, "missing_ru": NOTHING, "missing_en": NOTHING})
    missing = [each for key, each in stream.form.fields.items() if key not in stream.month.given]
    facts: dict[str, str | int] = {
        "given": len(stream.form.fields) - len(missing),
        "of": len(stream.form.fields),
        "missing_ru": "; ".join(each.label.ru for each in missing) or NOTHING,
        "missing_en": "; ".join(each.label.en for each in missing) or NOTHING,
    }
    return Found(_seen(not missing), facts)


def repeat(stream: Stream) -> Found:
    """A batch whose answer was lost went out again and got the receipt it had.

    Law: none; docs/protocol.md.
    """
    return Found(_seen(stream.repeats > 0), {"n": stream.repeats})


def outage(stream: Stream) -> Found:
    """Events outlived a time without a gateway.

    Law: none; docs/protocol.md.
    """
    waited = [(heard.received_at - heard.event.at).total_seconds() for heard in stream.events]
    longest = max([0.0, *waited])
    return Found(_seen(longest >= OFFLINE_S), {"longest": f"{longest:.0f}", "least": OFFLINE_S})


def continuity(stream: Stream) -> Found:
    """No number is missing, and every batch names its predecessor.

    Law: none; docs/protocol.md.
    """
    facts = {"gaps": stream.gaps, "forks": stream.forks}
    return Found(_held(not stream.gaps and not stream.forks) if stream.batches else "unseen", facts)


def wellformed(stream: Stream) -> Found:
    """No event was rejected and no batch refused for its form.

    Law: none; docs/protocol.md.
    """
    rejected = sum(batch.rejected for batch in stream.batches)
    bad = [n for code, n in stream.refused.items() if code.startswith("batch.") and code not in NOT_OF_FORM]
    facts = {"rejected": rejected, "refused": sum(bad)}
    return Found(_held(not rejected and not bad) if stream.batches else "unseen", facts)


def purpose(stream: Stream) -> Found:
    """Everything in the sandbox is marked as a test.

    Law: none; docs/protocol.md.
    """
    own = [heard.event for heard in stream.events if not isinstance(heard.event, Withheld | Lost)]
    other = sum(event.purpose != "test" for event in own)
    return Found(_held(not other) if own else "unseen", {"other": other})


def personal(stream: Stream) -> Found:
    """No batch was refused for personal data.

    Law: R-154: no personal data of patients.
    """
    n = stream.refused.get(PERSONAL, 0)
    return Found(_held(not n) if stream.batches else "unseen", {"n": n})


def clock(stream: Stream) -> Found:
    """The installation's clock is right enough to sign and to date.

    Law: none; docs/protocol.md.
    """
    ahead = sum(batch.flagged.count(FUTURE) for batch in stream.batches)
    offsets = [abs(beat.clock_offset_ms) for beat in _of(stream, Heartbeat)]
    facts = {"ahead": ahead, "offset": max(offsets, default=0) // 1000, "limit": SIGNATURE_WINDOW_S}
    right = not ahead and max(offsets, default=0) <= SIGNATURE_WINDOW_S * 1000
    return Found(_held(right) if stream.batches else "unseen", facts)


def correct(stream: Stream) -> Found:
    """A correction names an event that is there.

    Law: none; docs/protocol.md.
    """
    known = {heard.event.id for heard in stream.events}
    wrong = [each for each in _of(stream, Correct) if each.corrects not in known]
    n = len(_of(stream, Correct))
    return Found(_held(not wrong) if n else "unseen", {"n": n, "wrong": len(wrong)})


CHECKS: Final[Mapping[str, Callable[[Stream], Found]]] = {
    check.__name__: check
    for check in (
        signed, heartbeats, studies, version, build, results, adverse_event, failures, month, fields,
        repeat, outage, continuity, wellformed, purpose, personal, clock, correct,
    )
}  # fmt: skip


def _of(stream: Stream, kind: type[K]) -> list[K]:
    """The distinct events of a kind: one that came twice counts once."""
    found = {heard.event.id: heard.event for heard in stream.events if isinstance(heard.event, kind)}
    return list(found.values())


def _seen(shown: bool) -> Verdict:
    return "passed" if shown else "unseen"


def _held(kept: bool) -> Verdict:
    return "passed" if kept else "failed"
