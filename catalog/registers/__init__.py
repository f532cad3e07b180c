"""Reading the national registers (RNCP, RS) as France compétences publishes them: pure parsing, no database."""
