# SPDX-License-Identifier: Apache-2.0
"""The published JSON Schema and the decoder that judges say the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nadzor_wire import event
from nadzor_wire.batch import Malformed, decode_line
from nadzor_wire.schema import event_schema, schema_text
from tests.wire_samples import SAMPLES

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "protocol" / "schema.json"
VALIDATOR = Draft202012Validator(event_schema())
FULL = {
    kind: json.loads(msgspec.json.encode(msgspec.to_builtins(sample) | {"kind": kind}))
    for kind, sample in SAMPLES.items()
}
STRANGE = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        10_001,
        2**53,
        0.5,
        "",
        "x",
        "\n",
        "Иванов",
        [],
        {},
        [1],
        {"code": "ab"},
        [{"code": "ab"}],
    ]
)


def test_the_published_schema_is_the_generated_one():
    """docs/protocol/schema.json is what the structs say today."""
    assert PUBLISHED.read_text("utf-8") == schema_text()


def test_the_schema_is_valid_in_its_dialect():
    """The schema itself obeys JSON Schema 2020-12."""
    Draft202012Validator.check_schema(event_schema())
    assert event_schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("kind", SAMPLES)
def test_good_events_pass_both(kind):
    """A good event of each kind passes the schema."""
    assert VALIDATOR.is_valid(FULL[kind])


def agree(event):
    """Whether the schema and the decoder say the same of an event."""
    refused = isinstance(decode_line(json.dumps(event).encode()), Malformed)
    return VALIDATOR.is_valid(event) is not refused


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_schema_and_decoder_agree_on_strange_values(kind, data):
    """One field replaced, removed or added: both accept or both refuse."""
    event = dict(FULL[kind])
    name = data.draw(st.sampled_from([*sorted(event), "patient"]))
    event[name] = data.draw(STRANGE)
    # The schema leaves dates to its `format`, which validators only annotate.
    if isinstance(event[name], str) and name in ("at", "study_day", "event_date", "aware_date"):
        event[name] = SAMPLES["study"].at.isoformat()[: 25 if name == "at" else 10]
    # Nor can it compare two fields: that a loss ends where it began or later is the decoder's alone.
    assume((kind, event[name]) != ("lost", 10001))
    assert agree(event)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_schema_and_decoder_agree_on_missing_fields(kind, data):
    """Any subset of the fields: both accept or both refuse."""
    kept = data.draw(st.sets(st.sampled_from(sorted(FULL[kind]))))
    assert agree({name: FULL[kind][name] for name in kept})


@given(
    st.sampled_from(["processed", "failed", "declined"]),
    st.sampled_from([None, {"stage": "input", "code": "INP001"}]),
)
def test_schema_and_decoder_agree_on_failures(outcome, failure):
    """A failure stands if and only if the outcome is failed, for both."""
    assert agree(FULL["study"] | {"outcome": outcome, "failure": failure})
    assert agree(
        {name: value for name, value in FULL["study"].items() if name != "failure"} | {"outcome": outcome}
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (event.FindingCode, "edema\n"),
        (event.ImdrfCode, "A12\n"),
        (event.Version, "1.0\n"),
        (event.FailureCode, "NET1\n"),
    ],
)
def test_a_line_end_does_not_pass_for_the_end_of_a_code(kind, text):
    """In Python `$` also matches before a trailing newline; a code that ends in one is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, kind)
