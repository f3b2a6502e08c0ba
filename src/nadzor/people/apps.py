# SPDX-License-Identifier: Apache-2.0
"""The Django app of accounts and organisations."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, roles and organisations."""

    name = "nadzor.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
