# SPDX-License-Identifier: Apache-2.0
"""A device stopped reporting: at one site, at all of its sites, or everybody at once.

Keeps: the detector, its dossier, what was to be expected of each day, the evidence of a gap.
Promises: silence of everybody is one finding about the system and none about a device.
Never: takes a quiet day for a safe day, or a low volume for silence.
Read next: dossier.yaml, then detector.py.
"""
