"""One line of the export, its cells by name, whatever the format's age and its columns' order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.importing.files import Advance, UnreadableFile, clean, is_spoiled, open_table

_OPTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """The cells we use, as text; a column the file does not have is empty."""

    line: int
    handle: str = ""
    title: str = ""
    body: str = ""
    vendor: str = ""
    type: str = ""
    tags: str = ""
    published: str = ""
    status: str = ""
    option_names: tuple[str, ...] = ("", "", "")
    option_values: tuple[str, ...] = ("", "", "")
    sku: str = ""
    grams: str = ""
    tracker: str = ""
    quantity: str = ""
    policy: str = ""
    price: str = ""
    compare_at_price: str = ""
    taxable: str = ""
    image: str = ""
    image_position: str = ""
    image_alt: str = ""
    variant_image: str = ""

    @property
    def is_image_only(self) -> bool:
        """A line that only brings one more picture of its product."""
        says_more = (self.title, self.price, self.sku, *self.option_values)
        return bool(self.image) and not any(says_more)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was left out, and why."""

    line: int
    reason: str


_NAMES: Final = {
    "handle": "handle",
    "url handle": "handle",
    "title": "title",
    "body (html)": "body",
    "body html": "body",
    "description": "body",
    "vendor": "vendor",
    "type": "type",
    "tags": "tags",
    "published": "published",
    "published on online store": "published",
    "status": "status",
    "variant sku": "sku",
    "sku": "sku",
    "variant grams": "grams",
    "weight value (grams)": "grams",
    "variant inventory tracker": "tracker",
    "inventory tracker": "tracker",
    "variant inventory qty": "quantity",
    "inventory quantity": "quantity",
    "variant inventory policy": "policy",
    "continue selling when out of stock": "policy",
    "variant price": "price",
    "price": "price",
    "variant compare at price": "compare_at_price",
    "compare-at price": "compare_at_price",
    "variant taxable": "taxable",
    "charge tax": "taxable",
    "image src": "image",
    "product image url": "image",
    "image position": "image_position",
    "image alt text": "image_alt",
    "variant image": "variant_image",
    "variant image url": "variant_image",
}
"""Columns by their names in lower case: those of the older exports, and of those since 2024."""
_MULTILINE: Final = frozenset({"body"})
_NEEDED: Final = frozenset({"handle", "title", "price"})


def read(path: Path, advance: Advance = lambda _: None) -> Iterator[Row | BadRow]:
    """Read a file line by line.

    :raises UnreadableFile: it is not a file of this format, or it is damaged.
    """
    with open_table(path, advance) as table:
        names = [column.lower() for column in table.columns]
        missing = _NEEDED - {_NAMES[name] for name in names if name in _NAMES}
        if missing:
            raise UnreadableFile(
                f"{path} is not a Shopify product export: no column for"
                f" {', '.join(sorted(missing))} in its first line."
            )
        for line, cells in table.rows:
            if cells is None:
                yield BadRow(line, "not readable as CSV")
            elif any(cell.strip() for cell in cells):
                yield _row(line, names, cells)


def _row(line: int, names: list[str], cells: list[str]) -> Row | BadRow:
    if len(cells) > len(names):
        return BadRow(line, f"{len(cells)} cells under {len(names)} columns")
    by_name = dict(zip(names, cells, strict=False))
    if any(is_spoiled(cell) for cell in cells):
        return BadRow(line, "not written in UTF-8")
    known = {
        _NAMES[name]: cell if _NAMES[name] in _MULTILINE else clean(cell)
        for name, cell in by_name.items()
        if name in _NAMES
    }
    return Row(
        line=line,
        option_names=_options(by_name, "name"),
        option_values=_options(by_name, "value"),
        **known,
    )


def _options(cells: dict[str, str], what: str) -> tuple[str, ...]:
    numbers = range(1, _OPTIONS + 1)
    return tuple(clean(cells.get(f"option{number} {what}", "")) for number in numbers)
