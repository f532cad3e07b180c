"""XML as partners send it: names, hardened parsing, reading of texts."""
