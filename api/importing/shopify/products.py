"""Lines into products: one handle is one product, its lines bring variants and pictures."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from html import unescape
from typing import Final

from markdownify import markdownify

from api.importing.shopify.cells import BadCell, grams, is_address, money, truth, units
from api.importing.shopify.rows import BadRow, Row
from db import catalog

EXEMPT: Final = "exempt"
_NO_OPTION: Final = ("title", "default title")
_STATUSES: Final = {"active": "PUBLISHED", "draft": "DRAFT", "archived": "ARCHIVED"}
_HANDLE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BLANK_LINES: Final = re.compile(r"\n\s*\n\s*\n+")
_UNSAFE: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class ParsedVariant:
    """A variant as the file tells it. ``on_hand`` is None where the file counts nothing."""

    line: int
    sku: str
    title: str
    options: tuple[tuple[str, str], ...]
    price: int
    compare_at_price: int | None
    tax_class: str
    weight_grams: int | None
    track_stock: bool
    on_hand: int | None


@dataclass(slots=True)
class ParsedProduct:
    """A product as the file tells it; ``is_whole`` unless some line of it was left out."""

    line: int
    slug: str
    title: str
    description: str
    status: str
    attributes: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    images: list[Image] = field(default_factory=list)
    variants: list[ParsedVariant] = field(default_factory=list)
    is_whole: bool = True


class Collector:
    """Takes lines, groups them by handle, and keeps those that are wrong apart."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.bad: list[BadRow] = []
        self._groups: dict[str, list[Row]] = {}

    def take(self, row: Row | BadRow) -> None:
        if isinstance(row, BadRow):
            self.bad.append(row)
        elif not row.handle:
            self.bad.append(BadRow(row.line, "no handle"))
        else:
            self._groups.setdefault(slug_of(row.handle), []).append(row)

    def products(self) -> list[ParsedProduct]:
        """Make products of all lines taken; what cannot be made is in ``bad``."""
        skus: dict[str, int] = {}
        made = (self._product(slug, rows, skus) for slug, rows in self._groups.items())
        return [product for product in made if product]

    def _product(
        self, slug: str, rows: Sequence[Row], skus: dict[str, int]
    ) -> ParsedProduct | None:
        head = next((row for row in rows if row.title), None)
        if head is None:
            self._leave_out(rows, "no line of this handle has a title")
            return None
        try:
            product = _head(slug, head)
        except BadCell as fault:
            self._leave_out(rows, f"its product: {fault}")
            return None
        names = _option_names(rows)
        for row in rows:
            self._add(product, row, names, skus)
        product.images = _images(rows, self.bad)
        if not product.variants:
            self._leave_out(rows[:1], "no line of this handle is a variant that can be sold")
            return None
        return product

    def _add(
        self, product: ParsedProduct, row: Row, names: Sequence[str], skus: dict[str, int]
    ) -> None:
        if row.is_image_only:
            return
        try:
            variant = _variant(product, row, names, self.currency)
            _check_new(product, variant, skus)
        except BadCell as fault:
            self.bad.append(BadRow(row.line, str(fault)))
            product.is_whole = False
            return
        skus[variant.sku] = row.line
        product.variants.append(variant)

    def _leave_out(self, rows: Iterable[Row], reason: str) -> None:
        reported = {bad.line for bad in self.bad}
        self.bad += [BadRow(row.line, reason) for row in rows if row.line not in reported]


def slug_of(handle: str) -> str:
    """Make the slug of a product: its handle, which Shopify made for addresses as well.

    Where somebody wrote one by hand that an address cannot show, a digest keeps it apart.

    >>> slug_of("ocean-blue-shirt"), slug_of("Ocean Blue Shirt")
    ('ocean-blue-shirt', 'ocean-blue-shirt-5d83fd')
    """
    folded = handle.casefold()
    if _HANDLE.fullmatch(folded):
        return folded
    digest = blake2b(folded.encode(), digest_size=3).hexdigest()
    return f"{catalog.slug_of(handle) or 'product'}-{digest}"


def to_markdown(html: str) -> str:
    r"""Turn an HTML body into Markdown.

    >>> to_markdown("<h2>Care</h2><p>Wash <b>cold</b>.</p>")
    '## Care\n\nWash **cold**.'
    """
    if "<" not in html:
        return unescape(html).strip()
    text = markdownify(_UNSAFE.sub("", html), heading_style="ATX", bullets="-")
    lines = "\n".join(line.rstrip() for line in text.replace("\x00", "").splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip()


def sku_of(slug: str, values: Iterable[str]) -> str:
    """Make the SKU of a variant that has none.

    >>> sku_of("classic-varsity-top", ["Small"])
    'CLASSIC-VARSITY-TOP-SMALL'
    """
    return "-".join(
        catalog.slug_of(part) for part in (slug, *values) if catalog.slug_of(part)
    ).upper()


def _head(slug: str, row: Row) -> ParsedProduct:
    tags = dict.fromkeys(" ".join(tag.split()) for tag in row.tags.split(","))
    named = (("Vendor", row.vendor), ("Type", row.type))
    return ParsedProduct(
        line=row.line,
        slug=slug,
        title=row.title,
        description=to_markdown(row.body),
        status=_status(row),
        attributes=tuple((name, value) for name, value in named if value),
        categories=tuple(tag for tag in tags if catalog.slug_of(tag))[
            : catalog.MOST_CATEGORIES_OF_A_PRODUCT
        ],
    )


def _status(row: Row) -> str:
    if row.status and row.status.lower() not in _STATUSES:
        raise BadCell(f"status {row.status!r} is none of {', '.join(_STATUSES)}")
    status = _STATUSES[row.status.lower()] if row.status else "PUBLISHED"
    is_hidden = not truth("published", row.published, default=True)
    return "DRAFT" if is_hidden and status == "PUBLISHED" else status


def _option_names(rows: Sequence[Row]) -> tuple[str, ...]:
    """Find the options' names: they stand in the first line only."""
    named = (row.option_names for row in rows if any(row.option_names))
    return next(named, ("", "", ""))


def _variant(
    product: ParsedProduct, row: Row, names: Sequence[str], currency: str
) -> ParsedVariant:
    options = _options(row, names)
    values = [value for _, value in options]
    price = money("price", row.price, currency)
    if price is None:
        raise BadCell("no price")
    is_endless = truth("policy", row.policy, default=False)
    on_hand = None if is_endless else units(row.quantity)
    return ParsedVariant(
        line=row.line,
        sku=row.sku.strip("'") or sku_of(product.slug, values),
        title=" / ".join(values) or product.title,
        options=options,
        price=price,
        compare_at_price=money("compare-at price", row.compare_at_price, currency) or None,
        tax_class=catalog.STANDARD_TAX_CLASS
        if truth("taxable", row.taxable, default=True)
        else EXEMPT,
        weight_grams=grams(row.grams),
        track_stock=on_hand is not None or (bool(row.tracker) and not is_endless),
        on_hand=on_hand,
    )


def _options(row: Row, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = [
        (name or f"Option {place}", value)
        for place, (name, value) in enumerate(zip(names, row.option_values, strict=True), 1)
        if value
    ]
    if [(name.lower(), value.lower()) for name, value in pairs] == [_NO_OPTION]:
        return ()
    return tuple(pairs)


def _check_new(product: ParsedProduct, variant: ParsedVariant, skus: dict[str, int]) -> None:
    for other in product.variants:
        if other.options == variant.options:
            raise BadCell(f"the same options as line {other.line}")
    if variant.sku in skus:
        raise BadCell(f"SKU {variant.sku} is taken by line {skus[variant.sku]}")
    if len(product.variants) >= catalog.MOST_VARIANTS:
        raise BadCell(f"more than {catalog.MOST_VARIANTS} variants")


def _images(rows: Sequence[Row], bad: list[BadRow]) -> list[Image]:
    found: dict[str, tuple[int, str]] = {}
    for order, row in enumerate(rows):
        position = int(row.image_position) if row.image_position.isdecimal() else order + 1
        for url, alt in ((row.image, row.image_alt), (row.variant_image, "")):
            if url and not is_address(url):
                bad.append(BadRow(row.line, f"a picture without an https address: {url[:80]}"))
            elif url:
                found.setdefault(url, (position, alt))
    in_order = sorted(found.items(), key=lambda item: item[1][0])
    return [Image(url, alt) for url, (_, alt) in in_order[: catalog.MOST_MEDIA]]
