"""What rights say to people, in French: amounts, entries, files."""
