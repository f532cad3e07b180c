"""Pure rules of the room: no ORM, no clock, no settings."""
