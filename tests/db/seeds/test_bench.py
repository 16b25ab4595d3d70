"""The bench's data: always the same, in the shape that its figures are named by."""

from collections import Counter

from db.seeds import bench


def test_has_the_shape_that_figures_are_measured_on() -> None:
    past = bench.past()
    assert len(past.products) == 1_000
    assert {len(product.variants) for product in past.products} == {3}
    assert len(past.customers) == 2_000
    assert len(past.orders) == 10_000
    assert {len(order.lines) for order in past.orders} == {3}


def test_customers_1_to_100_have_exactly_20_orders_each() -> None:
    orders = Counter(order.customer.email for order in bench.past().orders if order.customer)
    assert {orders[f"customer-{number}@example.com"] for number in range(1, 101)} == {20}


def test_is_the_same_each_time() -> None:
    first, second = bench.past(), bench.past()
    assert [order.total for order in first.orders] == [order.total for order in second.orders]
    assert [order.ids[0] for order in first.orders] == [order.ids[0] for order in second.orders]
    assert [one.title for one in first.products] == [one.title for one in second.products]
