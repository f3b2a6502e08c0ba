# SPDX-License-Identifier: Apache-2.0
"""The portal and its API as an ASGI application; NADZOR_HOME names the data directory."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from nadzor.site.body_limit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nadzor.site.settings")
application = BodyLimit(get_asgi_application())
