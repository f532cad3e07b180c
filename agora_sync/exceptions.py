"""What may go wrong in the room, apart from the refusals of `faults`."""


class TracesUnavailable(Exception):
    """The trace could not be written: whatever was about to happen must not happen."""
