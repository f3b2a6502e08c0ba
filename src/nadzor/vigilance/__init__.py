# SPDX-License-Identifier: Apache-2.0
"""What troubles us: signals with their evidence, their moves and what a card must say beside them.

Keeps: Signal, its appended evidence and its moves; the sentences of a card in statements.yaml.
Promises: a finding is one signal, evidence is only ever added, every move has a person and grounds.
Never: detects anything, decides by itself, or calls agreement accuracy.
Read next: models.py, queries.py, statements.py.
"""

from __future__ import annotations
