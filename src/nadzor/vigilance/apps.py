# SPDX-License-Identifier: Apache-2.0
"""The Django app of signals."""

from __future__ import annotations

from django.apps import AppConfig


class VigilanceConfig(AppConfig):
    """Signals, their evidence and their moves."""

    name = "nadzor.vigilance"
    label = "vigilance"
    default_auto_field = "django.db.models.BigAutoField"
