# SPDX-License-Identifier: Apache-2.0
"""Attackers work on the same town as the pages are looked at with."""

from __future__ import annotations

from tests.attack.matrix_asking import world
from tests.portal.conftest import client_of, house, town, town_rows

__all__ = ["client_of", "house", "town", "town_rows", "world"]
