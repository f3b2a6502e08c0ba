# SPDX-License-Identifier: Apache-2.0
"""Experiment 3: the system refuses a writing process one call after another; nothing is promised and lost."""

from __future__ import annotations

import re
import shutil
from itertools import takewhile

import pytest

from nadzor.base.home import Home
from tests.faults.promises import check_kept, write
from tests.faults.scale import TORTURE

pytestmark = pytest.mark.faults

CALLS = {
    "pwrite64": ("EIO", "ENOSPC"),
    "write": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO",),
    "fsync": ("EIO",),
    "ftruncate": ("EIO",),
    "link,linkat": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
}
BESIDES = "close,writev"
CASES = [(call, error) for call, errors in CALLS.items() for error in errors]
GROUPS = 5


def traced(log, call, *rules):
    """A command's beginning that runs it with these calls traced and perhaps refused."""
    given = [word for rule in rules for word in ("-e", f"inject={call}:{rule}")]
    return ["strace", "-f", "-y", "--seccomp-bpf", "-o", str(log), "-e", f"trace={call},{BESIDES}", *given]


def calls_in(log, call):
    """Every traced call of that name, in order."""
    return re.findall(rf"^\d+ +(?:{call.replace(',', '|')})\(.*$", log.read_text(), re.MULTILINE)


def indexes(total):
    """Which of so many calls are refused: each in torture, otherwise the first and one in the middle."""
    return range(1, total + 1) if TORTURE else sorted({1, max(1, total // 2)})


@pytest.mark.parametrize(("call", "error"), CASES, ids=[f"{call}-{error}" for call, error in CASES])
def test_a_refused_call_breaks_no_promise(tmp_path, call, error, record_property):
    """For the N-th call of its kind: no acknowledgement on failure, and the next process finds all whole."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    log, template = tmp_path / "calls", tmp_path / "template"
    Home.create(template)
    rehearsal = shutil.copytree(template, tmp_path / "rehearsal")
    code, promises, _ = write(rehearsal, 0, GROUPS, before=traced(log, call))
    total = max(1, len(calls_in(log, call)))
    assert code == 0
    for at in indexes(total):
        place = shutil.copytree(template, tmp_path / str(at))
        rule = f"error={error}:when={at}"
        code, promises, said = write(place, 0, GROUPS, before=traced(log, call, rule))
        assert code in (0, 3, 4), said
        check_descriptors(log, call)
        check_kept(place, promises)
        again, more, _ = write(place, 1, 1)
        assert again == 0
        check_kept(place, promises + more)
        shutil.rmtree(place)
    record_property("calls refused, of", (len(indexes(total)), total))


def check_descriptors(log, call):
    """Nothing is acknowledged between a sync that failed and the end of that open file.

    Why: a second sync of it says yes without having kept anything. SQLite does ask again, when it closes the
    file after a failed commit, about earlier commits alone; the failed one is not among them.
    """
    lines = log.read_text().splitlines() if call in ("fsync", "fdatasync") else []
    for place, line in enumerate(lines):
        if "(INJECTED)" in line:
            handle = re.search(r"\(\d+<[^>]*>", line)[0]
            until_closed = takewhile(lambda after, end=f" close{handle}": end not in after, lines[place:])
            assert not [after for after in until_closed if " writev(1<" in after], line
