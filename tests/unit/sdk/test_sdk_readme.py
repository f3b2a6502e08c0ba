# SPDX-License-Identifier: Apache-2.0
"""The SDK's README runs."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parents[3] / "sdk" / "README.md"


def test_the_example_runs_as_printed(gateway, tmp_path, monkeypatch):
    """Copied from the page, in an empty folder with a credential, the example delivers its study."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S)
    (tmp_path / "installation.json").write_bytes(gateway.credential.encode())
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(README), "exec"), {})
    assert [event["kind"] for event in gateway.events()] == ["study"]
    assert (tmp_path / "installation.spool").is_dir()
