# SPDX-License-Identifier: Apache-2.0
"""Event structs: what may be said, and what may not."""

from __future__ import annotations

import typing

import msgspec
import pytest

from nadzor_wire import event
from nadzor_wire.batch import Malformed, decode_line, encode_event
from tests.wire_samples import SAMPLES


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_survives_the_wire(kind):
    """Encoding and decoding a good event of each kind gives the same event."""
    assert decode_line(encode_event(SAMPLES[kind])) == SAMPLES[kind]


def test_every_kind_has_a_sample_and_a_place_in_the_union():
    """The union, the table of kinds and the samples name the same ten kinds."""
    assert set(SAMPLES) == set(event.KINDS) and len(event.KINDS) == 10
    assert set(typing.get_args(event.Event)) == set(event.KINDS.values())
    assert all(kind == struct.__struct_config__.tag for kind, struct in event.KINDS.items())


def changed(kind, /, **changes):
    """The sample of a kind as JSON with members replaced."""
    return msgspec.json.encode(msgspec.to_builtins(SAMPLES[kind]) | {"kind": kind} | changes)


@pytest.mark.parametrize(
    ("kind", "changes", "code", "at"),
    [
        ("study", {"id": "019a4b7c-0000-4000-8000-000000000001"}, "event.malformed", "$.id"),
        ("study", {"id": "019A4B7C-0000-7000-8000-000000000001"}, "event.malformed", "$.id"),
        ("study", {"at": "2026-11-03T09:30:00"}, "event.time-zone", "$.at"),
        ("study", {"at": "yesterday"}, "event.malformed", "$.at"),
        ("study", {"study": "5" * 32 + "\n"}, "event.malformed", "$.study"),
        ("study", {"study": "Ivanov"}, "event.malformed", "$.study"),
        ("study", {"version": "2.1\n"}, "event.malformed", "$.version"),
        ("study", {"version": "\u0661.0"}, "event.malformed", "$.version"),
        ("study", {"equipment": "Ivanov's scanner"}, "event.malformed", "$.equipment"),
        ("study", {"purpose": "research"}, "event.malformed", "$.purpose"),
        ("study", {"outcome": "failed"}, "event.inconsistent", "$"),
        ("study", {"failure": {"stage": "input", "code": "INP001"}}, "event.inconsistent", "$"),
        (
            "study",
            {"failure": {"stage": "input", "code": "INP001", "x": 1}},
            "event.unknown-field",
            "$.failure",
        ),
        ("study", {"findings": [{"code": "a" * 41}]}, "event.malformed", "$.findings[0].code"),
        ("study", {"findings": [{"code": "ab", "score": 10_001}]}, "event.malformed", "$.findings[0].score"),
        ("study", {"findings": [{"code": "ab", "score": 0.5}]}, "event.malformed", "$.findings[0].score"),
        ("study", {"findings": [{"code": "ab"}] * 65}, "event.malformed", "$.findings"),
        ("study", {"duration_ms": -1}, "event.malformed", "$.duration_ms"),
        ("study", {"patient": "Ivanov"}, "event.unknown-field", "$"),
        ("study", {"kind": "patient"}, "event.unknown-kind", "$.kind"),
        ("study", {"kind": 5}, "event.unknown-kind", "$.kind"),
        ("review", {"reader": "a" * 15}, "event.malformed", "$.reader"),
        ("review", {"study_day": "2026-02-30"}, "event.malformed", "$.study_day"),
        ("fault", {"code": "NET001\n"}, "event.malformed", "$.code"),
        ("heartbeat", {"spool_events": 2**53}, "event.malformed", "$.spool_events"),
        ("heartbeat", {"drops": {"Ivanov": 1}}, "event.malformed", "$.drops"),
        ("adverse_event", {"problem_codes": ["H01"]}, "event.malformed", "$.problem_codes[0]"),
        ("adverse_event", {"narrative": "x" * 4001}, "event.malformed", "$.narrative"),
        ("withheld", {"field": "$.a b"}, "event.malformed", "$.field"),
        ("lost", {"first": 9, "last": 8}, "event.inconsistent", "$"),
        ("lost", {"first": 0}, "event.malformed", "$.first"),
    ],
)
def test_what_is_not_an_event_is_refused_by_name(kind, changes, code, at):
    """Each broken rule gives its own code and the place of the field."""
    refused = decode_line(changed(kind, **changes))
    assert isinstance(refused, Malformed) and (refused.code, refused.at) == (code, at)


@pytest.mark.parametrize("value", ["Ivanov Ivan", "+7 912 345-67-89"])
def test_a_refusal_never_repeats_the_value(value):
    """Whatever stood in a field or in its name is not in the explanation."""
    for changes in ({"equipment": value}, {"version": value}, {value: 1}, {"kind": value}, {"at": value}):
        refused = decode_line(changed("study", **changes))
        assert isinstance(refused, Malformed) and value not in refused.detail + refused.at


def test_an_event_cannot_be_held_ill_formed():
    """A failed study without a failure cannot even be constructed."""
    with pytest.raises(ValueError, match="inconsistent"):
        msgspec.structs.replace(SAMPLES["study"], outcome="failed")


def test_events_are_immutable_and_hashable():
    """An event can be a member of a set and cannot be changed."""
    assert len({SAMPLES["study"], SAMPLES["study"]}) == 1
    with pytest.raises(AttributeError):
        SAMPLES["study"].version = "3"  # type: ignore[misc]


def test_defaults_are_not_sent():
    """A field at its default is left out of the line."""
    line = encode_event(SAMPLES["fault"])
    assert b"purpose" not in line and b"severity" not in line
