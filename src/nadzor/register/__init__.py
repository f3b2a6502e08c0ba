# SPDX-License-Identifier: Apache-2.0
"""Who and what is registered, and every filing that changes it: devices, claims, keys, applications.

Keeps: a mirror of the official register, and for oversight alone: claims, score scales, installations, keys.
Promises: queries return frozen structs; a search sees through spacing, quotes, case and look-alike letters.
Never: stores which clinic a site is, a private key, or an enrolment token in the clear.
Read next: models/, filings.py, queries.py, rows.py, check_rows.py
"""
