"""The identification vector: a signed SAML 2.0 assertion that says who calls, with which profiles, for how long.

`build` makes one; `token`, `signature` and `claims` verify one, in that order, each a step of docs/agora.md. Nothing
here reads the database: what is registered comes in as arguments.
"""
