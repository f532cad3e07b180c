"""What the commands of `bin/` are made of: environment, embedded servers, processes. No Django in here."""
