"""Lines of a Shopify export into products: its quirks taken, its faults named by their line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importing.files import UnreadableFile
from api.importing.shopify.products import Collector, ParsedProduct, to_markdown
from api.importing.shopify.rows import BadRow, Row, read

HEAD = (
    "Handle,Title,Body (HTML),Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value"
)
HEAD += ",Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Image Position"
CELLS = st.sampled_from(["", "0", "a", "1.5", "-3", "NaN", "true", "https://[", "\u65e5\u672c"])
ROWS = st.builds(
    Row,
    st.integers(2, 99),
    *[CELLS | st.text(max_size=6)] * 8,
    option_names=st.tuples(CELLS, CELLS, CELLS),
    option_values=st.tuples(CELLS, CELLS, CELLS),
    quantity=CELLS,
    price=CELLS,
    grams=CELLS,
    image=CELLS,
    image_position=CELLS,
)


def parsed(
    tmp_path: Path, text: str, currency: str = "GBP"
) -> tuple[list[ParsedProduct], list[BadRow]]:
    path = tmp_path / "products.csv"
    path.write_text(text, encoding="utf-8", newline="")
    collector = Collector(currency)
    for row in read(path):
        collector.take(row)
    return collector.products(), collector.bad


class TestProducts:
    def test_lines_of_one_handle_are_one_product(self, tmp_path: Path) -> None:
        [product], bad = parsed(
            tmp_path,
            f"{HEAD}\n"
            'top,Varsity Top,<p>Grey &amp; black</p>,"women, Tops ,women",true,Size,Small,Color,'
            "Red,,3,60,https://a.b/1.jpg,2\n"
            "top,,,,,,Large,,Red,,0,60.50,https://a.b/2.jpg,1\n"
            "top,,,,,,,,,,,,https://a.b/3.jpg,3\n",
        )
        assert not bad
        assert (product.title, product.description) == ("Varsity Top", "Grey & black")
        assert product.categories == ("women", "Tops")
        assert [image.url[-5] for image in product.images] == ["2", "1", "3"]
        assert [(one.sku, one.title, one.price, one.on_hand) for one in product.variants] == [
            ("TOP-SMALL-RED", "Small / Red", 6000, 3),
            ("TOP-LARGE-RED", "Large / Red", 6050, 0),
        ]
        assert product.variants[1].options == (("Size", "Large"), ("Color", "Red"))

    def test_the_default_title_is_no_option(self, tmp_path: Path) -> None:
        [product], _ = parsed(
            tmp_path, f"{HEAD}\nsofa,Sofa,,,true,Title,Default Title,,,,4,500,,\n"
        )
        [variant] = product.variants
        assert (variant.options, variant.title, variant.sku) == ((), "Sofa", "SOFA")

    def test_takes_a_mark_trailing_spaces_long_bodies_and_other_line_ends(
        self, tmp_path: Path
    ) -> None:
        [product], bad = parsed(
            tmp_path,
            f"\ufeff{HEAD}\r\n"
            ' sofa ,Sofa  bed ,"<ul>\r\n<li>soft</li>\r\n<li>grey</li>\r\n</ul>",, TRUE ,,,,,'
            " S-1 , 4 , 9.90 ,,\r\n",
        )
        assert not bad
        assert (product.slug, product.title, product.description) == (
            "sofa",
            "Sofa bed",
            "- soft\n- grey",
        )
        assert (product.variants[0].sku, product.variants[0].price) == ("S-1", 990)

    def test_takes_the_names_that_columns_have_since_2024(self, tmp_path: Path) -> None:
        [product], bad = parsed(
            tmp_path,
            "Title,URL handle,Status,SKU,Price,Inventory quantity,"
            "Continue selling when out of stock\n"
            "Sofa,sofa,Draft,S-1,9.90,-2,deny\n",
        )
        assert not bad
        assert (product.status, product.variants[0].on_hand) == ("DRAFT", 0)

    def test_what_is_sold_without_end_is_not_counted(self, tmp_path: Path) -> None:
        products, _ = parsed(
            tmp_path,
            "Handle,Title,Variant Price,Variant Inventory Qty,Variant Inventory Policy\n"
            "a,A,1,5,continue\nb,B,1,,deny\nc,C,1,5,deny\n",
        )
        tracked = [product.variants[0].track_stock for product in products]
        assert tracked == [False, False, True]

    @pytest.mark.parametrize(
        ("published", "status", "expected"),
        [
            ("true", "active", "PUBLISHED"),
            ("", "", "PUBLISHED"),
            ("false", "active", "DRAFT"),
            ("true", "archived", "ARCHIVED"),
            ("true", "draft", "DRAFT"),
        ],
    )
    def test_knows_what_is_on_show(
        self, tmp_path: Path, published: str, status: str, expected: str
    ) -> None:
        [product], _ = parsed(
            tmp_path, f"Handle,Title,Published,Status,Variant Price\na,A,{published},{status},1\n"
        )
        assert product.status == expected

    def test_reports_bad_lines_by_number_and_takes_the_rest(self, tmp_path: Path) -> None:
        products, bad = parsed(
            tmp_path,
            f"{HEAD}\n"
            "a,A,,,true,Size,S,,,A-1,1,9.99,,\n"
            "a,,,,,,M,,,A-2,1,cheap,,\n"
            "a,,,,,,S,,,A-3,1,9.99,,\n"
            "a,,,,,,L,,,A-1,1,9.99,,\n"
            "a,,,,,,XL,,,A-5,1.5,9.99,http://plain/1.jpg,1\n"
            "b,,,,,Size,S,,,B-1,1,9.99,,\n"
            ",Nobody,,,true,,,,,C-1,1,9.99,,\n"
            "d,D,,,perhaps,,,,,D-1,1,9.99,,\n"
            "e,E,,,true,,,,,E-1,1,,,\n"
            "f,F,,,true,,,,,F-1,1,9.999,,,,,\n"
            "g,G,,,true,,,,,G-1,1,9.990,,\n",
        )
        assert [(product.slug, product.is_whole) for product in products] == [
            ("a", False),
            ("g", True),
        ]
        assert [one.sku for one in products[0].variants] == ["A-1"]
        reasons = {(one.line, one.reason.split(":")[0]) for one in bad}
        assert reasons == {
            (3, "price 'cheap'"),
            (4, "the same options as line 2"),
            (5, "SKU A-1 is taken by line 2"),
            (6, "quantity '1.5' is not a whole number"),
            (6, "a picture without an https address"),
            (7, "no line of this handle has a title"),
            (8, "no handle"),
            (9, "its product"),
            (10, "no price"),
            (11, "17 cells under 14 columns"),
        }

    def test_a_price_has_the_digits_of_the_shop_s_currency(self, tmp_path: Path) -> None:
        text = "Handle,Title,Variant Price\na,A,500.00\nb,B,500.5\n"
        [product], [bad] = parsed(tmp_path, text, currency="JPY")
        assert product.variants[0].price == 500
        assert bad.line == 3

    def test_is_no_export_without_its_columns(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="no column for handle, price"):
            parsed(tmp_path, "Title,Body\nA,B\n")

    @given(st.lists(ROWS, max_size=6))
    def test_never_fails_whatever_the_cells_hold(self, rows: list[Row]) -> None:
        collector = Collector("GBP")
        for row in rows:
            collector.take(row)
        collector.products()


class TestToMarkdown:
    def test_drops_scripts_and_keeps_structure(self) -> None:
        html = "<script>alert(1)</script><h2>Care</h2><p>Wash <b>cold</b></p>\n\n\n<p>Dry</p>"
        assert to_markdown(html) == "## Care\n\nWash **cold**\n\nDry"

    def test_leaves_plain_text_as_it_is(self) -> None:
        assert to_markdown("Soft &amp; grey\n*not a list*") == "Soft & grey\n*not a list*"
