# SPDX-License-Identifier: Apache-2.0
"""The door of a desk: the public signs in first, a role without that desk is refused."""

from __future__ import annotations

from collections.abc import Collection
from functools import wraps

from django.http import HttpRequest, HttpResponse

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.portal.door import View, signed_in
from nadzor.portal.frame import person_of


def desk_of(roles: Collection[Role], view: View) -> View:
    """A page for some roles."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        who = person_of(request)
        if who is None or who.role not in roles:
            raise Refusal("people.desk-of-others")
        return view(request, *args, **kwargs)

    return signed_in(answer)


def asker(request: HttpRequest) -> Person:
    """Who sits at the desk; its door has let nobody else in."""
    who = person_of(request)
    assert who is not None, "a desk is behind its door"
    return who
