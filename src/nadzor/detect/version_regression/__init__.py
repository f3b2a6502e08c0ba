# SPDX-License-Identifier: Apache-2.0
"""Version regression: since a release a device's sites agree less, fail more or score otherwise.

Keeps: the detector, the episodes of its releases, the evidence of each stream, its dossier and words.
Promises: a site is compared with its own past alone; causal words only against sites not yet upgraded.
Never: compares versions over different sites or equipment.
Read next: dossier.yaml, then detector.py, compared.py, evidence.py.
"""
