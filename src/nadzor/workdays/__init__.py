# SPDX-License-Identifier: Apache-2.0
"""Days that count: the Russian production calendar as cited yearly files, and the arithmetic on it.

Keeps: one YAML a year in years/ (2013 to 2027), each naming its source, its transfers and its status; the
names of the holidays in holidays.yaml; the President's paid non-working days of 2020 and 2021, listed apart.
Promises: a date is computed only inside the years that are loaded, everything beyond is refused by name;
decree days count only where a caller asks for them; every day off can say why it is off.
Never: derives a year from a rule, reads a clock, or knows what a term is for.
Read next: arithmetic.py, then off.py and years/2026.yaml.
"""

from __future__ import annotations
