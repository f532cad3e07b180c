"""Benchmarks: each prints what it measured and a ratio to a peer or to a floor of the same run."""
