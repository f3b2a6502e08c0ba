# SPDX-License-Identifier: Apache-2.0
"""The portal and its API as an ASGI application; NADZOR_HOME names the data directory."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nadzor.site.settings")
_portal = get_asgi_application()

from nadzor.base.shapes import lay_out  # noqa: E402
from nadzor.site import urls  # noqa: E402, F401  its doors bring every struct that a request may need
from nadzor.site.body_limit import BodyLimit  # noqa: E402  its limit is the records' own, which are models

lay_out()
application = BodyLimit(_portal)
