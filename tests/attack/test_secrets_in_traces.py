# SPDX-License-Identifier: Apache-2.0
"""What a house leaves behind itself: no value of a key in output, files beside `keys/`, its backup."""

from __future__ import annotations

import base64
from pathlib import Path

from nadzor.actions.copies.take import take_backup
from nadzor.base import clock
from nadzor.base.home import Home
from tests.unit.cli.console import nadzor


def forms(home: Home) -> set[bytes]:
    """Every key of the house as it could be written: raw, in hex, in base64."""
    texts = [path.read_text().strip() for path in home.keys.glob("*.key")]
    raws = [base64.b64decode(text) for text in texts]
    assert len(raws) >= 5
    return {
        one for raw, text in zip(raws, texts, strict=True) for one in (raw, raw.hex().encode(), text.encode())
    }


def leaks(place: Path, wanted: set[bytes], *, but: Path) -> list[str]:
    """Files that hold one of them."""
    files = [path for path in place.rglob("*") if path.is_file() and not path.is_relative_to(but)]
    assert files
    return [path.name for path in files if any(one in path.read_bytes() for one in wanted)]


def test_no_key_is_in_output_files_or_backup(tmp_path):
    """Made, changed, refused, damaged and backed up: only `keys/` holds what keys are."""
    data = tmp_path / "data"
    said = [nadzor("init", "--data", data), nadzor("secret", "rotate", "--data", data)]
    home = Home.open(data)
    wanted = forms(home)
    said.append(nadzor("secret", "rotate", "--data", data))
    take_backup(home, tmp_path / "shelf", now=clock.now())
    (home.keys / "secret.key").write_text("not base64!")
    said.append(nadzor("status", "--data", data))
    assert [one.code for one in said[:2]] == [0, 0] and said[2].code and said[3].code
    told = "".join(one.out + one.err for one in said).encode()
    assert [one for one in wanted if one in told] == []
    assert leaks(data, wanted, but=home.keys) == []
    assert leaks(tmp_path / "shelf", wanted, but=home.keys) == []
