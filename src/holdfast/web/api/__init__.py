"""The programming interface: everything readable and the main writes, for R, Excel, and other programs.

Tokens carry scopes, which are verbs; without a token a caller may read what anybody may. Errors have one envelope,
lists one way of paging, records an ETag, and writes an idempotency key.
"""
