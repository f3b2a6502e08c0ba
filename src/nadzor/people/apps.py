# SPDX-License-Identifier: Apache-2.0
"""The Django app of accounts and organisations."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, roles and organisations."""

    name = "nadzor.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of failed tries; the module needs the tables of others, which are there by now."""
        from nadzor.people.failed_tries import listen

        listen()
