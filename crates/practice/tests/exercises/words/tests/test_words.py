"""Words."""
import pytest

from words import count, longest


@pytest.fixture
def text():
    return "To be or not to be"


@pytest.mark.task(taskno=1)
def test_count(text):
    """Words are counted, whatever their case."""
    assert count(text) == {"to": 2, "be": 2, "or": 1, "not": 1}


@pytest.mark.parametrize("words, expected", [(["a", "bb"], "bb"), (["ccc"], "ccc")])
def test_longest(words, expected):
    assert longest(words) == expected


def test_no_words():
    with pytest.raises(ValueError, match="no words"):
        longest([])


class TestOthers:
    def test_printed(self, capsys):
        print(longest(["x"]))
        assert capsys.readouterr().out == "x\n"

    @pytest.mark.skip(reason="another time")
    def test_later(self):
        pass
