# SPDX-License-Identifier: Apache-2.0
"""The portal as a Django app: only its templates, tags, static files and catalogues."""

from __future__ import annotations

from contextlib import suppress

from django.apps import AppConfig

from nadzor.portal.catalogue import compile_catalogues


class PortalConfig(AppConfig):
    """Registers the room with Django; it owns no table."""

    name = "nadzor.portal"
    label = "portal"

    def ready(self) -> None:
        """Compile the catalogues before the first page; where the room is read-only they came compiled."""
        with suppress(PermissionError):
            compile_catalogues()
