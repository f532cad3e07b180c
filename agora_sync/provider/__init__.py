"""AGORA's side of an exchange: one call received, traced, verified step by step, answered.

The steps are numbered as in docs/agora.md, "Verification"; `exchange` runs them in order.
"""
