# SPDX-License-Identifier: Apache-2.0
"""The signed directory: its serial only grows, and routine republication is not a deed."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest

from nadzor.actions.publish_directory import publish_directory
from nadzor.base.directory import VALID_S, fresh, open_directory
from nadzor.records import audit
from nadzor.register.models import PublishedDirectory
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


def published(home):
    """The directory as the gateway reads it."""
    return open_directory(home.directory.read_bytes(), home.settings.directory_key)


def test_what_is_written_is_what_is_returned(home):
    """Signed, fresh for a minute, and then worth nothing."""
    directory = publish_directory(home, now=NOW)
    assert published(home) == directory
    assert fresh(directory, NOW + timedelta(seconds=VALID_S - 1))
    assert not fresh(directory, NOW + timedelta(seconds=VALID_S))
    assert not list(home.root.glob(".directory*"))
    assert stat.S_ISREG(home.directory.stat().st_mode)


def test_the_serial_only_grows(home):
    """Publication by publication."""
    serials = [publish_directory(home, now=NOW + timedelta(seconds=15 * n)).serial for n in range(4)]
    assert serials == [1, 2, 3, 4]


def test_a_restored_database_does_not_go_back(home):
    """The file remembers, if the database forgot."""
    for _ in range(3):
        publish_directory(home, now=NOW)
    PublishedDirectory.objects.update(serial=1)
    assert publish_directory(home, now=NOW).serial == 4


def test_a_lost_or_foreign_file_does_not_go_back_either(home):
    """The database remembers, if the file is gone or is not ours."""
    publish_directory(home, now=NOW)
    home.directory.unlink()
    assert publish_directory(home, now=NOW).serial == 2
    home.directory.write_bytes(b"{}")
    assert publish_directory(home, now=NOW).serial == 3


def test_only_a_changed_content_is_recorded(home):
    """Four publications a minute would drown the chain."""
    for _ in range(3):
        publish_directory(home, now=NOW)
    assert len(audit.entries(verb="register.directory.publish")) == 1
