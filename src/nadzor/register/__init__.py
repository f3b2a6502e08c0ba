# SPDX-License-Identifier: Apache-2.0
"""Who and what is registered, and every filing that changes it: devices, claims, keys, applications.

Keeps: a mirror of the official register with every edition of every entry, and for oversight alone: claims,
score scales, installations, keys.
Promises: queries return frozen structs; a search sees through spacing, quotes, case, look-alike letters and a
forgotten layout; what held on any day, as known at any moment, can be told; could not check is never absent.
Never: stores which clinic a site is, a private key, or an enrolment token in the clear.
Read next: models/, filings.py, queries.py, revisions.py, mirror.py, rows.py, check_rows.py
"""
