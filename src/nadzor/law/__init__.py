# SPDX-License-Identifier: Apache-2.0
"""What the law says, as dated and cited data: norms by key and day, their deadlines, lapses and doubts.

Keeps: norms/<act>.yaml (terms, rules, lists, duties, acts), conflicts.yaml, holes.yaml, bodies.yaml,
forms/<order>.yaml (fields by edition), and the checks that refuse a file which does not add up.
Promises: every value carries its interval, its citation and its status; every date shows its arithmetic;
no norm in force, no value; what was filed under an edition that finishes it stays under it.
Never: holds a term or a threshold in code, guesses a successor of a lapsed act, or reads a clock.
Read next: norm.py, load.py, deadline.py, then norms/order-1113n.yaml and docs/reference/law.md.
"""

from __future__ import annotations
