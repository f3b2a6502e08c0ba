# SPDX-License-Identifier: Apache-2.0
"""Django, set up for one data directory."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.site import configuration

DAMAGED = ("not a database", "malformed")  # what SQLite says of a file that it cannot read


def setup(home: Home | Path | str) -> Home:
    """Make Django work on this data directory, and its register ready; a process serves one directory only.

    Raises: Refusal home.missing, register.damaged; RuntimeError when Django already works on another one.
    """
    opened = home if isinstance(home, Home) else Home.open(Path(home))
    if apps.ready:
        if settings.HOME.root != opened.root:
            raise RuntimeError(f"this process already works on {settings.HOME.root}")
        return opened
    set_up_as_it_is(opened)
    _prepare(opened)
    return opened


def set_up_as_it_is(home: Home) -> None:
    """Make Django work on this data directory and leave its register as it is, of whatever release."""
    configuration.name_home(str(home.root))
    os.environ["DJANGO_SETTINGS_MODULE"] = "nadzor.site.settings"
    django.setup()


def _prepare(home: Home) -> None:
    from nadzor.actions.prepare_register import prepare_register  # its models exist only from here on

    try:
        prepare_register(home, now=clock.now())
    except DatabaseError as error:
        if any(sign in str(error) for sign in DAMAGED):
            raise Refusal("register.damaged") from error
        raise
