# SPDX-License-Identifier: Apache-2.0
"""Disks that fail: one forgets at a power cut, one is too small; taken away again whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stub_gateway import eventually

PYTHON = "/usr/bin/python3"  # pyfuse3 comes from the system's packages
DAEMON = Path(__file__).with_name("lossy_disk.py")


def need_lossy_disks():
    """Without FUSE there is no such disk, and under CI that is a failure."""
    asked = subprocess.run([PYTHON, "-c", "import pyfuse3"], check=False, capture_output=True)
    if asked.returncode or not os.access("/dev/fuse", os.W_OK):
        pytest.skip("FUSE or python3-pyfuse3 is missing")


@contextmanager
def lossy(folder, plan, *, seed):
    """Where the disk is mounted, with the content of `folder/image`; what survives is there afterwards."""
    mountpoint, image = folder / "mounted", folder / "image"
    mountpoint.mkdir(exist_ok=True)
    image.with_suffix(".cut").unlink(missing_ok=True)
    words = [PYTHON, str(DAEMON), str(mountpoint), str(image), json.dumps(plan), str(seed)]
    daemon = subprocess.Popen(words)
    try:
        assert eventually(lambda: mountpoint.is_mount() or daemon.poll() is not None)
        assert daemon.poll() is None
        yield mountpoint
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(mountpoint)], check=False)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait(20)


def was_cut(folder):
    """Whether the power was cut."""
    return (folder / "image.cut").exists()


def need_small_disks():
    """Only root mounts."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")


@contextmanager
def small(folder, *, mebibytes=8):
    """A file system of so many mebibytes, mounted in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={mebibytes}m"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("mounting is forbidden here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
