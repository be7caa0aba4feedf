import pytest
from shop import Basket


@pytest.fixture
def basket():
    return Basket()


def test_empty(basket):
    assert basket.total == 0


class TestAdding:
    price = 3
    prices = [price, price]

    @pytest.mark.parametrize("n", [1, 2])
    def test_total(self, basket, n):
        basket.add(self.price, n)
        assert basket.total == price * n
