from two_cups import cups


def test_cups():
    assert cups() == 2
