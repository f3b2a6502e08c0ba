# SPDX-License-Identifier: Apache-2.0
"""A sign-in that is under way, as allauth keeps it between its steps."""

from __future__ import annotations

from allauth.account.models import Login

from nadzor.people.models import User


def pending(user: User, *, next: str) -> Login:
    """The sign-in of somebody who has passed the first step and goes to an address of ours."""
    return Login(user=user, redirect_url=next)
