"""Certificates: the authorities we trust (`trust`) and a development authority (`development`)."""
