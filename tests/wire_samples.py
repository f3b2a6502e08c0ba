# SPDX-License-Identifier: Apache-2.0
"""One good event of every kind, and a signed batch with its answer."""

from __future__ import annotations

from datetime import UTC, date, datetime

from nadzor_wire import batch, event, signature
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.receipt import Answer, SentBatch
from tests.stub_gateway import StubLog, make_answer, make_credential

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
ID = "019a4b7c-0000-7000-8000-000000000001"
STUDY, BUILD, READER = "5" * 32, "b" * 64, "a" * 16
CORE = {"id": ID, "at": AT}
SEED = bytes(range(32))
URL = "https://intake.example"
EVENT = {"study": STUDY, "version": "1.0", "build": BUILD, "outcome": "processed", "modality": "DX"}

SAMPLES: dict[str, event.Event] = {
    "study": event.Study(
        **CORE,
        study=STUDY,
        version="2.1.0",
        build=BUILD,
        outcome="processed",
        duration_ms=5100,
        modality="DX",
        equipment="philips",
        age_band="50-59",
        sex="f",
        findings=(event.Finding(code="pneumothorax", score=8123, positive=True, threshold=5000),),
    ),
    "review": event.Review(
        **CORE,
        study=STUDY,
        study_day=date(2026, 11, 3),
        version="2.1.0",
        reader=READER,
        ai_seen_first=True,
        verdict="modified",
        findings=(event.ReviewFinding(code="pneumothorax", present=False),),
        reading_time="2-5m",
    ),
    "truth": event.Truth(
        **CORE,
        study=STUDY,
        study_day=date(2026, 11, 3),
        version="2.1.0",
        findings=(event.TruthFinding(code="pneumothorax", present=True),),
        source="panel",
        selection="all",
    ),
    "fault": event.Fault(**CORE, stage="network", code="NET001", severity="major", version="2.1.0"),
    "heartbeat": event.Heartbeat(**CORE, spool_events=3, spool_bytes=900, drops={"invalid": 1}, sdk="0.1.0"),
    "change": event.Change(**CORE, from_version="2.0", to_version="2.1.0-rc.1", build=BUILD),
    "correct": event.Correct(**CORE, corrects=ID, reason="wrong_study"),
    "adverse_event": event.AdverseEvent(
        **CORE,
        event_date=date(2026, 11, 1),
        aware_date=date(2026, 11, 2),
        event_type="serious_injury",
        problem_codes=("A090803", "C1010"),
        study=STUDY,
        version="2.1.0",
        narrative="The device missed a pneumothorax.",
    ),
    "withheld": event.Withheld(**CORE, code="batch.personal-data", field="$.narrative"),
    "lost": event.Lost(**CORE, first=1, last=500, code="batch.inflated-too-large"),
}
LINES = tuple(batch.encode_event(sample) for sample in SAMPLES.values())


def sent_and_answered(*, rejected=(), flagged=()) -> tuple[SentBatch, Answer, str]:
    """A signed batch of all samples, a true answer to it, and the log's verifier key."""
    log = StubLog()
    credential = make_credential(URL, log.vkey, seed=SEED)
    header = batch.BatchHeader(bytes(range(16)), 1, len(LINES))
    body = batch.seal(LINES, header=header, coding="gzip")
    headers = signature.sign_request(
        private=credential.key(),
        keyid=credential.keyid,
        method="POST",
        target_uri=URL + batch.PATH,
        headers={
            "Content-Type": batch.CONTENT_TYPE,
            "Content-Encoding": "gzip",
            batch.HEADER: header.render(),
        },
        body=body,
        created=1_790_000_000,
    )
    parts = signature.parse_signature(headers)
    base = signature.verify_request(
        parts, public=credential.public(), method="POST", target_uri=URL + batch.PATH, headers=headers
    )
    for _ in range(4):
        log.hashes.append(bytes(32))
    answer = make_answer(
        log,
        credential,
        header=header,
        body=body,
        base=base,
        signature=parts.signature,
        rejected=list(rejected),
        flagged=list(flagged),
    )
    sent = SentBatch(
        installation=credential.installation,
        device=credential.device,
        keyid=credential.keyid,
        public=credential.public(),
        header=header,
        method="POST",
        target_uri=URL + batch.PATH,
        headers=headers,
        body=body,
    )
    return sent, answer, log.vkey


def flip(text: str) -> str:
    """The same base64 with one bit of its bytes flipped."""
    data = bytearray(unb64(text))
    data[0] ^= 1
    return b64(bytes(data))
