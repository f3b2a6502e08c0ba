# SPDX-License-Identifier: Apache-2.0
"""All routes of the API."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="nadzor", version="1.0.0", docs_url=None, openapi_url="/openapi.json", urls_namespace="api")
