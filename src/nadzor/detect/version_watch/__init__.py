# SPDX-License-Identifier: Apache-2.0
"""Software at work that the register does not know: an unregistered version, a new build under an old name.

Keeps: the detector, its dossier and words.
Promises: what is named was reported by the device itself; nothing here is estimated.
Never: judges a device of which the register holds no versions at all.
Read next: dossier.yaml, then detector.py.
"""
