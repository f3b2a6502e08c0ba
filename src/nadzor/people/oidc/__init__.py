# SPDX-License-Identifier: Apache-2.0
"""Sign-in through another system: the relying party of OpenID Connect, with its checks in plain sight.

Keeps: what `oidc.json` says of the one provider, the steps of a flow, the checks of what comes back.
Promises: a token counts only from the exact issuer, for us, for this flow, signed by that issuer, in time.
Never: makes an account; trusts an algorithm that a token names for itself; follows a redirect.
Read next: provider.py, flow.py, client_auth.py, id_token.py, fetching.py
"""
