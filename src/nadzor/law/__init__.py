# SPDX-License-Identifier: Apache-2.0
"""What the law says, as dated and cited data: norms by key and day, forms by edition.

Keeps: norms/<act>.yaml (one act a file), forms/<order>.yaml (fields by edition), their checks.
Promises: every value carries its interval, its citation and its status; no norm in force, no value.
Never: holds a term or a threshold in code, guesses a successor of a lapsed act, or reads a clock.
Read next: norm.py, then norms/order-4472.yaml and forms/order-4472.yaml.
"""

from __future__ import annotations
