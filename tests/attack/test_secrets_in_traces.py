# SPDX-License-Identifier: Apache-2.0
"""What a house leaves behind itself: no value of a key in output, files beside `keys/`, its backup."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from nadzor.actions.copies.take import take_backup
from nadzor.base import clock
from nadzor.base.home import Home
from tests.unit.cli.console import ROOT, nadzor, plain_environment


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


def layers(content: bytes) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it, however deep: gzip, zlib, tar, zip."""
    yield content
    if content[:2] == b"\x1f\x8b":
        yield from layers(gzip.decompress(content))
    elif content[:1] == b"\x78":
        try:
            yield from layers(zlib.decompress(content))
        except zlib.error:
            return
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from layers(packed.read(name))
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as packed:
            for file in filter(None, map(packed.extractfile, packed)):
                yield from layers(file.read())


def spelled(text: str) -> set[bytes]:
    """A text as it could be written: UTF-8, UTF-16, escaped as in JSON, in hex, in base64."""
    plain = text.encode()
    return {
        plain, text.encode("utf-16-le"), json.dumps(text)[1:-1].encode(), plain.hex().encode(),
        base64.b64encode(plain)[: len(plain) // 3 * 4],
    }  # fmt: skip


def test_a_backup_holds_no_clinic_no_held_text_no_password_and_no_token(tmp_path):
    """Byte by byte, pages of the database and packed members alike; the same of the house beside `keys/`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack.traces_house", str(tmp_path)],
        cwd=ROOT, env=plain_environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    home = Home.open(tmp_path / "data")
    texts = json.loads(done.stdout.splitlines()[-1])
    assert len(texts) == 9 and len(list(home.keys.glob("vault-seal-*.key"))) == 1
    wanted = forms(home).union(*map(spelled, texts))
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(home.keys)]
    shelf = [path for path in files if path.is_relative_to(tmp_path / "shelf")]
    found = [
        (path.name, one)
        for path in files
        for layer in layers(path.read_bytes())
        for one in wanted
        if one in layer
    ]
    tables = [
        one for path in shelf for one in layers(path.read_bytes()) if one.startswith(b"SQLite format 3")
    ]
    assert any(b"manufacturer_reporter" in one for one in tables)  # what may stand there is found
    assert found == []
    assert not any(one in (done.stdout.rsplit("\n", 2)[0] + done.stderr).encode() for one in forms(home))
