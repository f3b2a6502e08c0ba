# SPDX-License-Identifier: Apache-2.0
"""Where the house meets the state's own systems: who signed, when, and how a request proves whose it is.

Nothing here claims a legal force: an Ed25519 seal is not qualified, and a certificate is called qualified
only when its root lies among those that the operator declares accredited.
"""
