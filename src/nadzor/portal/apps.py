# SPDX-License-Identifier: Apache-2.0
"""The portal as a Django app: only its templates, tags, static files and catalogues."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the room with Django; it owns no table."""

    name = "nadzor.portal"
    label = "portal"
