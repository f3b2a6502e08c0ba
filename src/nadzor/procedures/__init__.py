# SPDX-License-Identifier: Apache-2.0
"""Procedures as tables: who may move what from which state to which, on what grounds, by which day.

Keeps: one table of moves a procedure, the words of all, the ledger of clocks and the law put to it.
Promises: the table alone draws the diagram, the buttons, the permissions and the tests; every date derives.
Never: writes a record, reads a clock, lets time decide, or stops a move because a norm is not known.
Read next: registration_simplified.py, moves.py, then clocks.py.
"""

from __future__ import annotations
