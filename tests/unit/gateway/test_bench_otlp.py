# SPDX-License-Identifier: Apache-2.0
"""The OpenTelemetry door is measured on requests that are really accepted."""

from __future__ import annotations

import structlog

from nadzor.gateway import bench_otlp
from nadzor.gateway.otlp_judge import JSON, PROTOBUF
from nadzor.gateway.otlp_records import line_of
from nadzor_wire.batch import decode_lines
from nadzor_wire.event import Study
from tests.unit.gateway.house import NOW


def test_both_encodings_are_measured_beside_mere_reading(monkeypatch):
    """Each figure has its limit, measured in the same run on the same bytes."""
    monkeypatch.setattr(bench_otlp, "BATCH", 20)
    with structlog.testing.capture_logs():
        figures = bench_otlp.bench_otlp(quick=True)
    assert [figure.ratio is None for figure in figures] == [True, False, True, False]
    assert all(figure.value > 0 for figure in figures)


def test_what_is_measured_are_events():
    """The request of either encoding holds studies, the same ones."""
    lines = {
        media: b"\n".join(
            line_of(said) for said in bench_otlp._READ[media](bench_otlp._request(media, range(3), NOW))
        )
        for media in (PROTOBUF, JSON)
    }
    assert lines[PROTOBUF] == lines[JSON]
    assert [type(event) for event in decode_lines(lines[JSON])] == [Study, Study, Study]
