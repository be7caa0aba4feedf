import pytest

from words import longest


@pytest.mark.parametrize("words, expected", [(["secret", "no"], "secret")])
def test_more(words, expected):
    """The longest of any two words."""
    assert longest(words) == expected
