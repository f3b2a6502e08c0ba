# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided noise for every parser that strangers reach: `make fuzz`, or `python -m fuzz --help`.

A target is given bytes and must end with a value or with one of its own refusals, within a second of work.
What it finds lies in build/fuzz; a finding becomes a test beside the parser before it is mended.
"""
