# SPDX-License-Identifier: Apache-2.0
"""The Django app of audit, notices, files and vault."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Audit, notices, files and vault."""

    name = "nadzor.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
