# SPDX-License-Identifier: Apache-2.0
"""Locate and explain: since when a device has changed, where, with which version, and with whom together.

Keeps: the day of change by likelihood, alignment with releases, contributors, causes told by other findings.
Promises: it is asked only after a detector has alarmed, and never makes an alarm.
Never: says that something caused something; it says what changed at the same time and place.
Read next: onset.py, then locate.py.
"""
