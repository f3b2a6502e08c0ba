# SPDX-License-Identifier: Apache-2.0
"""How well a device seems to do where nobody has labels, from its scores alone.

Keeps: the detector, its dossier, its words, the estimate itself.
Promises: says when the estimate fell, and calls it an estimate.
Never: clears a device, or lets an estimate stand for labels.
Read next: dossier.yaml, then estimate.py.
"""
