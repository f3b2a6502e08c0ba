# SPDX-License-Identifier: Apache-2.0
"""The door for hands at a keyboard: `nadzor …`.

Keeps: one file a family of commands; options and printed forms that all of them share.
Promises: `--data DIR` wherever state is touched, `--json` wherever something is printed; exit codes 0 ok,
1 finding or failed check, 2 wrong use.
Never: decides anything, opens a database itself, or imports another door.
Read next: `app.py`, then the command you came for.
"""
