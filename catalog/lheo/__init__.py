"""Reading feeds of training offers in LHEO 2.2 and 2.3: pure parsing, no database."""
