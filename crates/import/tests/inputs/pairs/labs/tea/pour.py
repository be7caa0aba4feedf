"""Pour tea."""


def pour(cups):
    raise NotImplementedError
