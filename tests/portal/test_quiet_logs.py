# SPDX-License-Identifier: Apache-2.0
"""What people and programs send does not reach the portal's logs, whatever becomes of it."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

MARK = "Zzyzx-narrative-7"


@pytest.fixture
def heard(caplog, capsys):
    """Everything that was logged, as one text."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django").propagate = True
    with capture_logs() as lines:
        yield lambda: f"{lines}{caplog.text}{capsys.readouterr()}"
    logging.getLogger("django").propagate = False


@pytest.mark.parametrize(
    "role, address, given",
    [
        ("clinic", "/clinic/missing/", {"told": MARK}),
        ("clinic", "/clinic/missing/", {"told": MARK * 90}),
        ("clinic", f"/clinic/{MARK}/volume/", {"quarter": MARK}),
        ("inspector", "/clinic-words/9/answer/", {"answer-9": MARK}),
        ("manufacturer_admin", "/drafts/", {"name_ru": MARK, "name_en": ""}),
        (None, "/receipt/", {"receipt": MARK}),
    ],
)
def test_no_form_reaches_the_log(client_of, heard, role, address, given):
    """Kept or refused, its words stand in no log line."""
    assert client_of(role).post(address, given).status_code < 500
    told = "".join(line for line in heard().splitlines() if not line.startswith("DEBUG"))
    assert "narrative" not in told.replace(address, "")
