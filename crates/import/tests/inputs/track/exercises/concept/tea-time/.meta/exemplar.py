"""Tea."""

MINUTES = 3


def brew(cups):
    """Say how long it takes."""
    return cups * MINUTES
