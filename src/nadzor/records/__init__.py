# SPDX-License-Identifier: Apache-2.0
"""What was done and why, what was told to whom, and what must stay sealed.

Keeps: the audit chain, notices, files by hash and what each really is, the vault of clinics.
Promises: an audit entry falls or stands with the deed it records and is never changed; the chain shows a gap.
Never: decides anything, imports the room of people, or opens the vault by itself.
Read next: audit.py, vault.py, notices.py, files.py, intake.py, pdf.py
"""
