# SPDX-License-Identifier: Apache-2.0
"""A notice reaches its addressee and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.base.problems import Text
from nadzor.records import notices
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TEXT = Text("Сигнал", "Signal")


def test_a_role_and_an_organisation_see_their_own():
    """Newest first; somebody of another organisation sees neither."""
    notices.to_role("inspector", subject="signal 1", text=TEXT, now=NOW)
    notices.to_organisation("luchik", subject="signal 1", text=TEXT, now=NOW + timedelta(seconds=1))
    assert [one.text for one in notices.of("inspector", None)] == [TEXT]
    assert [one.subject for one in notices.of("manufacturer_admin", "luchik")] == ["signal 1"]
    assert notices.of("", None) == []
    assert len(notices.of("inspector", "luchik")) == 2
    assert notices.of("manufacturer_admin", "other") == notices.of("head", None) == []


def test_the_first_reader_is_noted():
    """A second reading, or a stranger's, changes nothing."""
    notices.to_role("head", subject="signal 1", text=TEXT, now=NOW)
    (card,) = notices.of("head", None)
    notices.mark_read(card.id, role="inspector", organisation=None, by="i", now=NOW)
    assert notices.of("head", None)[0].read_at is None
    notices.mark_read(card.id, role="head", organisation=None, by="h", now=NOW)
    notices.mark_read(card.id, role="head", organisation=None, by="h2", now=NOW + timedelta(days=1))
    assert notices.of("head", None)[0].read_at == NOW
