# SPDX-License-Identifier: Apache-2.0
"""Days that count: the Russian production calendar as cited yearly files, and the arithmetic on it.

Keeps: one YAML a year in years/, each naming its source, its transfers of days off and its status.
Promises: a date is computed only inside the years that are loaded; everything beyond is refused by name.
Never: derives a year from a rule, reads a clock, or knows what a term is for.
Read next: arithmetic.py, then years/2026.yaml.
"""

from __future__ import annotations
