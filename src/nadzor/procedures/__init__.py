# SPDX-License-Identifier: Apache-2.0
"""Procedures as tables: who may move what from which state to which, and on what grounds.

Keeps: one table of moves a procedure, its words in words.yaml, and the checks every table must pass.
Promises: the table alone draws the diagram, the buttons and the tests; a move not in it cannot be made.
Never: writes a record, reads a clock, or decides on the merits.
Read next: signal.py, then moves.py.
"""

from __future__ import annotations
