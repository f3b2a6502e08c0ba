# SPDX-License-Identifier: Apache-2.0
"""Ground everyone stands on.

Keeps: the clock, the problem catalogue, the data directory, intervals, identifiers, the signed key directory.
Promises: only `clock` reads the time, only `home` reads keys; nothing here knows a device or a database.
Never: imports another room, or Django.
Read next: problems/__init__.py, then home.py.
"""

from __future__ import annotations
