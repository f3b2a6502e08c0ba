# SPDX-License-Identifier: Apache-2.0
"""The hands of the house: one verb a file.

Keeps: every deed, each with its transaction, its audit entry and its notices.
Promises: a deed and its record fall or stand together; `now` and the doer are always told, never guessed.
Never: decides by itself (the pure rooms do), reads the clock, or draws a page.
Read next: import_register.py, enrol_installation.py, raise_signals.py
"""
