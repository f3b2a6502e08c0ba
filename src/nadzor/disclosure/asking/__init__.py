# SPDX-License-Identifier: Apache-2.0
"""How the public asks for open rows: the sets and their columns, the words of a question, its pages.

Keeps: the list of open sets, the grammar of a search, the rows that fit it, the order and the cursor.
Promises: a question is read whole or refused with its place; a walk by cursor loses no row, repeats none.
Never: reads a row it was not given, runs without bounds, or takes a column nobody listed.
Read next: sets.py, grammar.py, matching.py, paging.py.
"""

from __future__ import annotations
