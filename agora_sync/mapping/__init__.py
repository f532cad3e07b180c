"""Between our facts and the words of the contract. Pure: no database, no clock, no settings."""
