# SPDX-License-Identifier: Apache-2.0
"""The wire on arbitrary input: what goes out comes back, what comes in never breaks the reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor_wire import batch, event, limits
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.batch import BatchError, BatchHeader, Malformed
from nadzor_wire.canonical import canonical
from nadzor_wire.merkle import leaf_hash, verify_consistency, verify_inclusion
from nadzor_wire.note import Checkpoint
from nadzor_wire.personal import find_personal
from tests.stub_gateway import growth_of, path_of, root_of
from tests.wire_samples import BUILD, LINES, STUDY

SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-limits.INT_MAX, limits.INT_MAX)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | SAFE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SAFE_TEXT, inner, max_size=4),
    max_leaves=20,
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
IDS = st.uuids(version=4).map(lambda made: f"{str(made)[:14]}7{str(made)[15:]}")
SCORES = st.none() | st.integers(0, 10_000)
FINDINGS = st.builds(
    event.Finding,
    code=st.from_regex(r"[a-z][a-z0-9_]{1,39}", fullmatch=True),
    score=SCORES,
    positive=st.none() | st.booleans(),
    threshold=SCORES,
)
STUDIES = st.builds(
    event.Study,
    id=IDS,
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=ZONES),  # noqa: DTZ001
    study=st.just(STUDY),
    version=st.from_regex(
        r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}([-+.](rc|a|b|dev|hotfix)\.?[0-9]{0,4})?", fullmatch=True
    ),
    build=st.just(BUILD),
    outcome=st.sampled_from(["processed", "declined"]),
    duration_ms=st.none() | st.integers(0, 86_400_000),
    modality=st.sampled_from(["CR", "DX", "CT"]),
    findings=st.lists(FINDINGS, max_size=5).map(tuple),
)


@given(JSON)
def test_canonical_bytes_are_json_with_ordered_keys(value):
    """Any JSON value reads back from its canonical bytes, and its keys stand in UTF-16 order."""
    orders = []
    read = json.loads(
        canonical(value),
        object_pairs_hook=lambda pairs: (orders.append([k for k, _ in pairs]), dict(pairs))[1],
    )
    assert read == value
    assert all(keys == sorted(keys, key=lambda key: key.encode("utf-16-be")) for keys in orders)


@given(st.dictionaries(SAFE_TEXT, NUMBERS, max_size=8), st.randoms())
def test_canonical_bytes_do_not_depend_on_insertion(members, order):
    """The same members in another order give the same bytes."""
    shuffled = list(members.items())
    order.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(members)


@given(STUDIES)
def test_any_study_survives_the_wire(study):
    """Every well-formed study reads back as itself, its written date and zone included."""
    read = batch.decode_line(batch.encode_event(study))
    assert read == study and read.at.date() == study.at.date()


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_reading_a_body_never_breaks(body):
    """Any bytes give one event or one refusal for every line."""
    assert len(batch.decode_lines(body)) == len(batch.split_lines(body))


@given(JSON)
def test_any_json_is_refused_or_an_event(value):
    """Arbitrary JSON is refused with a code of the catalogue's form and never quoted."""
    refused = batch.decode_line(json.dumps(value).encode())
    assert isinstance(refused, Malformed) and refused.code.startswith("event.")


@given(st.integers(0, len(LINES) - 1), st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_spoilt_line_never_breaks_the_reader(which, where, patch):
    """Overwriting bytes of a good line gives an event or a refusal."""
    line = bytearray(LINES[which])
    where %= len(line)
    line[where : where + len(patch)] = patch
    assert len(batch.decode_lines(bytes(line).replace(b"\n", b" "))) == 1


@given(st.binary(max_size=300), st.sampled_from(["gzip", "zstd", "identity"]))
def test_inflating_any_bytes_never_breaks(coded, coding):
    """Any bytes inflate or are refused with a code."""
    try:
        assert len(batch.inflate(coded, coding=coding)) <= limits.INFLATED_MAX
    except BatchError as refused:
        assert refused.code == "batch.inflate"


@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "zstd", "identity"]))
def test_any_body_survives_its_coding(body, coding):
    """Deflating and inflating gives the same bytes."""
    assert batch.inflate(batch.deflate(body, coding), coding=coding) == body


HEADERS = st.builds(
    lambda stream, first, count, prev, after, last, restored: BatchHeader(
        stream, first, first + count, prev, after, last if after else 0, restored
    ),
    st.binary(min_size=16, max_size=16),
    st.integers(1, 10**12),
    st.integers(0, limits.EVENTS_MAX - 1),
    st.binary(min_size=32, max_size=32),
    st.none() | st.binary(min_size=16, max_size=16),
    st.integers(0, 10**12),
    st.booleans(),
)


@given(HEADERS)
def test_any_header_survives_the_wire(header):
    """Every header parses back from its one spelling."""
    assert batch.parse_batch_header(header.render()) == header


@given(st.text(max_size=120))
def test_parsing_any_header_never_breaks(text):
    """Any text is a header or is refused with a code."""
    try:
        assert batch.parse_batch_header(text).render() == text
    except BatchError as refused:
        assert refused.code in ("batch.header", "batch.too-many-events")


@given(st.binary(max_size=100))
def test_any_bytes_survive_base64(some):
    """Bytes read back from their one spelling."""
    assert unb64(b64(some)) == some


@given(st.integers(0, limits.INT_MAX), st.binary(min_size=32, max_size=32))
def test_any_checkpoint_survives_its_text(size, root):
    """A checkpoint reads back from its text."""
    checkpoint = Checkpoint("example.test/log", size, root)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@settings(max_examples=40)
@given(st.integers(1, 120), st.integers(0, 10_000), st.integers(0, 10_000))
def test_proofs_of_any_tree_hold(size, one, other):
    """In a tree of any size every leaf is proved, and growth from any smaller size."""
    hashes = [leaf_hash(number.to_bytes(4)) for number in range(size)]
    index, old, root = one % size, other % size + 1, root_of(hashes)
    assert verify_inclusion(hashes[index], index, size, path_of(index, hashes), root)
    assert verify_consistency(old, size, growth_of(old, hashes), root_of(hashes[:old]), root)


@given(st.text(max_size=400))
def test_searching_any_text_never_breaks(text):
    """Any text has a kind of personal detail or none."""
    assert find_personal(text) in (
        None,
        "email",
        "dicom_name",
        "snils",
        "oms",
        "phone",
        "passport",
        "birth_date",
        "image",
        "name",
    )


@given(st.integers(0, 999_999_999).filter(lambda number: number > 1001998))
def test_any_snils_is_found(number):
    """Every number with its control digits is found, spaced or not."""
    digits = f"{number:09d}"
    control = (
        sum(weight * int(digit) for weight, digit in zip(range(9, 0, -1), digits, strict=True)) % 101 % 100
    )
    assert find_personal(f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {control:02d}") == "snils"
    assert find_personal(f"x {digits}{control:02d}.") in ("snils", "phone")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_dated_technical_sentence_is_left_alone(moment):
    """Dates and times of events are not birth dates or telephone numbers."""
    assert find_personal(f"сбой {moment:%d.%m.%Y} в {moment:%H:%M:%S}, {moment.isoformat()}") is None
