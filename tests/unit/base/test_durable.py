# SPDX-License-Identifier: Apache-2.0
"""Atomic files: wholly old or wholly new."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nadzor.base import durable


def test_a_file_is_replaced_whole(tmp_path):
    """The new content stands under the old name, and nothing else is left behind."""
    page = tmp_path / "page"
    durable.write_atomic(page, b"old")
    durable.write_atomic(page, b"new")
    assert page.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["page"]  # noqa: PTH208  # hidden names included


def test_a_crash_before_the_rename_leaves_the_old_content(tmp_path, monkeypatch):
    """Whatever happens on the way, a reader sees the old bytes, and no litter stays."""
    page = tmp_path / "page"
    durable.write_atomic(page, b"old")
    monkeypatch.setattr(Path, "replace", _fail)
    with pytest.raises(OSError, match="power"):
        durable.write_atomic(page, b"new")
    assert page.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["page"]


def test_file_and_directory_are_fsynced_in_that_order(tmp_path, monkeypatch):
    """A rename whose directory was not fsynced can vanish with the power."""
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(Path(f"/proc/self/fd/{handle}").readlink()))
    durable.write_atomic(tmp_path / "page", b"x")
    assert [path.is_dir() for path in synced[-1:]] == [True]
    assert len(synced) == 2


def test_a_new_file_never_overwrites(tmp_path):
    """A key that exists is never replaced by a fresh one."""
    durable.write_new(tmp_path / "key", b"1", mode=0o600)
    with pytest.raises(FileExistsError):
        durable.write_new(tmp_path / "key", b"2")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def _fail(*_: object) -> None:
    raise OSError("power cut")
