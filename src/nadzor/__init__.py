# SPDX-License-Identifier: Apache-2.0
"""Oversight of medical AI: a house of rooms, each import pointing down (see ARCHITECTURE.md)."""

from __future__ import annotations
