# SPDX-License-Identifier: Apache-2.0
"""A visit that is over leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from nadzor.actions.forget_visits import forget_visits
from tests.register_samples import NOW


@pytest.mark.django_db
def test_only_what_is_over_is_forgotten():
    """A visit of this minute stays, one that ended with it goes."""
    for key, ends in (("over", NOW), ("under-way", NOW + timedelta(minutes=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    assert forget_visits(now=NOW) == 1
    assert [row.session_key for row in Session.objects.all()] == ["under-way"]
