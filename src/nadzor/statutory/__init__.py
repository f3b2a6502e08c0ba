# SPDX-License-Identifier: Apache-2.0
"""Statutory forms, filled: the month of Order 4472 as a pure function of rollup rows and register facts.

Keeps: the month's builder, its hash, its checks and its renderers; words and error kinds as data.
Promises: the same rows, facts, edition and day of knowledge give the same hash, whatever the order of rows.
Never: holds an INN or OID (the vault fills them in at signing), reads a clock, or calls its layout official.
Read next: month.py, then body.py.
"""

from __future__ import annotations
