# SPDX-License-Identifier: Apache-2.0
"""Bytes of a register file become rows, or a complete list of what is wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor.base.problems import Refusal
from nadzor.register.check_rows import Known, defects
from nadzor.register.parse_rows import parse
from nadzor.register.rows import DeviceRow, OrganisationRow
from tests.register_samples import MAKER, device, register

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def test_a_good_file_has_no_defects():
    """The sample parses whole."""
    rows, defects = parse(register(device()))
    assert defects == []
    assert [row.code for row in rows.devices] == ["ai-901"]
    assert len(rows.organisations) == 3


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff", b'{"v": 2}', b'{"v": 1, "extra": []}', b'{"v": 1, "devices": 3}']
)
def test_what_is_no_register_file_is_refused_whole(content):
    """A file of another kind gets one answer, not a thousand."""
    with pytest.raises(Refusal, match=r"register\.file"):
        parse(content)


def test_every_malformed_row_is_named():
    """Three bad rows are three defects, each with its place."""
    bad = [device(risk_class="4"), device(extra=1), device(versions=[]), device()]
    rows, defects = parse(register(*bad, organisations=[MAKER, {"code": "X"}]))
    assert [defect.at for defect in defects] == [
        "$.organisations[1].code",
        "$.devices[0].risk_class",
        "$.devices[1]",
        "$.devices[2].versions",
    ]
    assert {defect.code for defect in defects} == {"register.row-malformed"}
    assert len(rows.devices) == 1


def test_a_version_is_what_the_wire_allows():
    """A version that no event could name would never be matched."""
    _, defects = parse(register(device(versions=[{"version": "v1 beta", "released_on": "2025-01-10"}])))
    assert [defect.at for defect in defects] == ["$.devices[0].versions[0].version"]


@given(JSON)
def test_any_json_is_answered(value):
    """Whatever the value, the answer is rows and defects or one refusal; nothing else is ever raised."""
    try:
        rows, defects = parse(msgspec.json.encode(value))
    except Refusal as refusal:
        assert refusal.code == "register.file"
    else:
        assert len(rows.devices) + len(rows.organisations) + len(defects) >= 0


@given(st.lists(JSON, max_size=5), st.lists(JSON, max_size=5))
def test_every_row_has_one_fate(organisations, devices):
    """Rows read and rows refused add up to rows sent."""
    rows, defects = parse(msgspec.json.encode({"v": 1, "organisations": organisations, "devices": devices}))
    assert len(rows.organisations) + len(rows.devices) + len(defects) == len(organisations) + len(devices)


def test_the_example_in_the_reference_is_a_good_file():
    """Whoever copies it starts from something that imports."""
    page = (Path(__file__).resolve().parents[3] / "docs/reference/register-file.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    rows, malformed = parse(example.encode())
    assert malformed == defects(rows, known=Known(), on=date(2026, 11, 21)) == []
    assert set(re.findall(r"^\| `(\w+)`", page, re.M)) >= {
        *DeviceRow.__struct_fields__,
        *OrganisationRow.__struct_fields__,
    }
