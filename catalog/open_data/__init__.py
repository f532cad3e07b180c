"""The public offer as files for whoever reuses it: LHEO 2.3 and a table."""
