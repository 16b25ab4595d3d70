"""Codes into products: titles and prices as most recently sold, variants told apart by words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.importing.online_retail.goods import Goods, category_tree, told_apart
from api.importing.online_retail.lines import Line
from db.seeds.past import Product

START = datetime(2011, 1, 3, 9, 0, tzinfo=UTC)
WORDS = st.sampled_from(
    ["RED", "BLUE", "LARGE", "BOX,", "OF", "TEA", "*CUP", "(MUG)", "HEART", "6", "T-LIGHT"]
)
TITLES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def sale(code: str, title: str, *, price: int = 100, quantity: int = 1, day: int = 0) -> Line:
    at = START + timedelta(days=day)
    return Line("536365", code, title, quantity, at, price, "17850", "France", is_return=False)


def products_of(*lines: Line) -> list[Product]:
    goods = Goods()
    for line in lines:
        goods.see(line)
    return goods.products()


class TestProducts:
    def test_codes_that_differ_by_their_letters_are_one_product(self) -> None:
        [tray, lamp] = products_of(
            sale("84563A", "PINK BREAKFAST TRAY"),
            sale("84563B", "BLUE BREAKFAST TRAY"),
            sale("84564", "LAMP"),
        )
        assert tray.title == "BREAKFAST TRAY"
        assert tray.slug == "breakfast-tray-84563"
        assert [(one.sku, one.options) for one in tray.variants] == [
            ("84563A", (("Color", "PINK"),)),
            ("84563B", (("Color", "BLUE"),)),
        ]
        assert [(one.sku, one.options) for one in lamp.variants] == [("84564", ())]

    def test_title_and_price_are_those_of_the_latest_sale_in_whatever_order_it_is_read(
        self,
    ) -> None:
        [product] = products_of(
            sale("22423", "OLD STAND", price=1275, day=1),
            sale("22423", "NEW STAND", price=1095, day=9),
            sale("22423", "MIDDLE STAND", price=1500, day=5),
        )
        assert (product.title, product.variants[0].price) == ("NEW STAND", 1095)
        assert product.since == START + timedelta(days=1)

    def test_a_sale_without_a_title_keeps_the_one_before(self) -> None:
        [product] = products_of(sale("22423", "STAND"), sale("22423", "", price=5, day=1))
        assert (product.title, product.variants[0].price) == ("STAND", 5)

    def test_the_shelf_keeps_three_of_the_best_month_counting_lines_as_a_cart_would(self) -> None:
        [product] = products_of(
            sale("22423", "STAND", quantity=80_995),
            sale("22423", "STAND", quantity=100, day=1),
            sale("22423", "STAND", quantity=500, day=40),
        )
        assert product.variants[0].surplus == 3 * (999 + 100)


class TestToldApart:
    def test_keeps_whole_titles_where_they_share_too_little(self) -> None:
        title, options = told_apart(["RED MUG", "BLUE LAMP MUG"], ["1A", "1B"], "BLUE LAMP MUG")
        assert title == "BLUE LAMP MUG"
        assert options == [(("Design", "RED MUG"),), (("Design", "BLUE LAMP MUG"),)]

    def test_names_the_code_where_titles_are_the_same(self) -> None:
        _, options = told_apart(["TIN BOX", "TIN BOX"], ["1A", "1B"], "TIN BOX")
        assert options == [(("Design", "TIN BOX (1A)"),), (("Design", "TIN BOX (1B)"),)]

    @given(st.lists(TITLES, min_size=2, max_size=6))
    def test_always_tells_every_variant_apart_by_something(self, titles: list[str]) -> None:
        codes = [f"12345{chr(65 + place)}" for place in range(len(titles))]
        title, options = told_apart(titles, codes, titles[-1])
        values = [value for ((_, value),) in options]
        assert title
        assert all(values)
        assert len(set(values)) == len(values)


def test_the_category_tree_holds_what_is_used_and_what_is_above_it() -> None:
    tree = category_tree(products_of(sale("22423", "RED RETROSPOT MUG")))
    assert [(one.slug, one.parent) for one in tree] == [
        ("kitchen-and-dining", None),
        ("tea-and-coffee", "kitchen-and-dining"),
    ]
