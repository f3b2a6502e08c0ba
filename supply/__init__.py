# SPDX-License-Identifier: Apache-2.0
"""What others wrote and we run: the lock, read; each package looked at; a bill of materials; advisories.

It stands beside the house, not in it: nothing here is installed with the platform.
"""
