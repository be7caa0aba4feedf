"""Tea."""

# TODO: how long it takes


def brew(cups):
    """Say how long it takes."""
    pass
