# SPDX-License-Identifier: Apache-2.0
"""The open shelf: rows of the register, of notices, of releases and of norms, as anybody may have them.

Rows are made here from what the public pages already say, and from published releases alone; no figure is
counted here.  `publish_open_rows` puts them under change numbers; `ask` answers from those and nothing else.
"""

from __future__ import annotations
