# SPDX-License-Identifier: Apache-2.0
"""The frame: settings, addresses and start-up of the house.

Keeps: the one reading of the environment, Django's settings, root addresses, the console entry.
Promises: an unknown NADZOR_ variable stops the start with a sentence; nothing runs in debug mode.
Never: holds a rule of oversight.
Read next: configuration.py, settings.py, urls.py, launch.py
"""
