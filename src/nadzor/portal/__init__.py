# SPDX-License-Identifier: Apache-2.0
"""The door of people: pages for inspectors, makers and the public.

Keeps: views, page models, templates, the design system, both languages of the interface.
Promises: every number links to its origin; every page works without JavaScript, in Russian and English.
Never: decides, imports a table of the database or another door, shows the name of a clinic.
Read next: urls.py, then signals.py.
"""

from __future__ import annotations
