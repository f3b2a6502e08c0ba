# SPDX-License-Identifier: Apache-2.0
"""The Django app of the register."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Devices, versions, claims, installations, keys."""

    name = "nadzor.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
