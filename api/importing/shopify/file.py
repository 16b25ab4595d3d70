"""A whole export into the shop. Each verb is a transaction of its own and says what is wanted, not
what to change: an import that ends midway is finished by running it again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from api.importing.files import size_of
from api.importing.report import Rejection, Report
from api.importing.shopify.products import Collector, ParsedProduct, ParsedVariant
from api.importing.shopify.rows import BadRow, read
from db import catalog, shop, stock
from db.access import Caller
from db.errors import Refusal, Refusals
from db.money import Money
from db.seeds.filling import Progress


async def import_shopify(*, path: Path, now: datetime, progress: Progress) -> Report:
    """Bring the products of an export into the shop, and those that are there up to date.

    :raises UnreadableFile: it is no such file, or it is damaged.
    :raises ShopIsNotInstalled: there is no shop yet, so prices have no currency.
    """
    settings = await shop.settings()
    collector = Collector(settings.currency)
    progress.stage("Reading", size_of(path))
    for row in read(path, progress.advance):
        collector.take(row)
    products = collector.products()
    shelf = Shelf(settings.currency, now)
    progress.stage("Writing", len(products))
    for product in products:
        await shelf.put(product)
        progress.advance(1)
    bad = sorted([*collector.bad, *shelf.bad], key=lambda one: one.line)
    return Report(path.name, shelf.counts, [Rejection(one.reason, 1, [one.line]) for one in bad])


class Shelf:
    """Puts products into the shop, one by one, and counts what became of them."""

    def __init__(self, currency: str, now: datetime) -> None:
        self.counts = Counter[str](
            {
                "products made": 0,
                "products changed": 0,
                "products as they were": 0,
                "variants made": 0,
                "variants withdrawn": 0,
            }
        )
        self.bad: list[BadRow] = []
        self._currency = currency
        self._now = now
        self._caller = Caller.system("import")
        self._category_ids: dict[str, UUID] = {}

    async def put(self, product: ParsedProduct) -> None:
        """Make a product, or change it to what the file says; what is refused is in ``bad``."""
        try:
            fields = await self._fields(product)
            known = await catalog.Product.get_or_none(slug=product.slug)
            if known is None:
                await self._make(product, fields)
            else:
                await self._change(known, product, fields)
        except (Refusal, Refusals) as refusal:
            self._refuse(product.line, refusal)

    async def _make(self, product: ParsedProduct, fields: catalog.ProductFields) -> None:
        variants = [self._variant_fields(one, place) for place, one in enumerate(product.variants)]
        try:
            outcome = await catalog.create_product(
                caller=self._caller, now=self._now, fields=fields, variants=variants
            )
        except Refusals as refusals:
            await self._make_without(product, fields, refusals)
            return
        product_id = UUID(outcome.ids["product"])
        await self._stock_up(product_id, product)
        await self._set_status(product_id, product)
        self.counts["products made"] += 1
        self.counts["variants made"] += len(variants)

    async def _make_without(
        self, product: ParsedProduct, fields: catalog.ProductFields, refusals: Refusals
    ) -> None:
        """Leave the variants out that were refused, and try the rest.

        :raises Refusals: it is not the variants, or none is left.
        """
        refused = {
            product.variants[place].line: one
            for one in refusals.refusals
            for place in _variant_places(one)
        }
        rest = [one for one in product.variants if one.line not in refused]
        if not refused or not rest:
            raise refusals
        for line, refusal in refused.items():
            self._refuse(line, refusal)
        product.variants, product.is_whole = rest, False
        await self._make(product, fields)

    async def _change(
        self, known: catalog.Product, product: ParsedProduct, fields: catalog.ProductFields
    ) -> None:
        await catalog.update_product(
            caller=self._caller,
            now=self._now,
            id=known.id,
            fields=fields,
            if_version=known.version,
        )
        await self._change_variants(known.id, product)
        stocked = await self._stock_up(known.id, product)
        await self._set_status(known.id, product)
        after = await catalog.Product.get(id=known.id)
        is_same = after.version == known.version and not stocked
        self.counts["products as they were" if is_same else "products changed"] += 1

    async def _change_variants(self, product_id: UUID, product: ParsedProduct) -> None:
        known = await self._known_variants(product_id)
        for place, one in enumerate(product.variants):
            try:
                await self._change_variant(product_id, known.get(one.options), one, place)
            except (Refusal, Refusals) as refusal:
                self._refuse(one.line, refusal)
        if product.is_whole:
            told = {one.options for one in product.variants}
            gone = [row for options, row in known.items() if options not in told and row.active]
            for row in gone:
                await self._withdraw(row)

    async def _change_variant(
        self, product_id: UUID, known: catalog.VariantRow | None, one: ParsedVariant, place: int
    ) -> None:
        fields = self._variant_fields(one, place)
        if known is None:
            await catalog.create_variant(
                caller=self._caller, now=self._now, product_id=product_id, fields=fields
            )
            self.counts["variants made"] += 1
        else:
            await catalog.update_variant(
                caller=self._caller,
                now=self._now,
                id=known.id,
                fields=fields,
                if_version=known.version,
            )

    async def _withdraw(self, variant: catalog.VariantRow) -> None:
        """Sell a variant no longer that the file does not know any more."""
        await catalog.update_variant(
            caller=self._caller,
            now=self._now,
            id=variant.id,
            fields={"active": False},
            if_version=variant.version,
        )
        self.counts["variants withdrawn"] += 1

    async def _stock_up(self, product_id: UUID, product: ParsedProduct) -> bool:
        """Count stock as the file counts it, but never below what is promised; tell if it moved."""
        known = await self._known_variants(product_id)
        counted = [
            (known[one.options].id, one.on_hand)
            for one in product.variants
            if one.on_hand is not None and one.options in known
        ]
        levels = await stock.levels_by_variant([variant_id for variant_id, _ in counted])
        counts = [
            stock.Count(variant_id, max(on_hand, level.reserved), level.on_hand)
            for (variant_id, on_hand), level in zip(counted, levels, strict=True)
            if max(on_hand, level.reserved) != level.on_hand
        ]
        if counts:
            await stock.count(caller=self._caller, now=self._now, counts=counts, claim=None)
        return bool(counts)

    async def _set_status(self, product_id: UUID, product: ParsedProduct) -> None:
        for status in _way(
            (await catalog.Product.get(id=product_id)).status, catalog.ProductStatus(product.status)
        ):
            current = await catalog.Product.get(id=product_id)
            await catalog.set_product_status(
                caller=self._caller,
                now=self._now,
                id=product_id,
                status=status,
                if_version=current.version,
            )

    async def _known_variants(
        self, product_id: UUID
    ) -> dict[tuple[tuple[str, str], ...], catalog.VariantRow]:
        [rows] = await catalog.variants_by_product([product_id])
        return {tuple((pair["name"], pair["value"]) for pair in row.options): row for row in rows}

    async def _fields(self, product: ParsedProduct) -> catalog.ProductFields:
        return {
            "slug": product.slug,
            "title": product.title,
            "description": product.description,
            "category_ids": [await self._category_id(title) for title in product.categories],
            "media": [
                {"url": image.url, "alt": image.alt, "kind": catalog.MediaKind.IMAGE.value}
                for image in product.images
            ],
            "attributes": _pairs(product.attributes),
        }

    async def _category_id(self, title: str) -> UUID:
        """Find a category by its slug, or make it."""
        slug = catalog.slug_of(title)
        if slug not in self._category_ids:
            known = await catalog.Category.get_or_none(slug=slug)
            self._category_ids[slug] = known.id if known else await self._grow(slug, title)
        return self._category_ids[slug]

    async def _grow(self, slug: str, title: str) -> UUID:
        outcome = await catalog.create_category(
            caller=self._caller, now=self._now, fields={"slug": slug, "title": title}
        )
        return UUID(outcome.ids["category"])

    def _variant_fields(self, one: ParsedVariant, position: int) -> catalog.VariantFields:
        compared = one.compare_at_price
        return {
            "sku": one.sku,
            "title": one.title,
            "options": _pairs(one.options),
            "price": Money(one.price, self._currency),
            "compare_at_price": None if compared is None else Money(compared, self._currency),
            "tax_class": one.tax_class,
            "weight_grams": one.weight_grams,
            "active": True,
            "track_stock": one.track_stock,
            "position": position,
        }

    def _refuse(self, line: int, refusal: Refusal | Refusals) -> None:
        self.bad.append(BadRow(line, str(refusal)))


def _variant_places(refusal: Refusal) -> Iterator[int]:
    match refusal.path:
        case ("variants", int(place), *_):
            yield place


def _way(
    current: catalog.ProductStatus, wanted: catalog.ProductStatus
) -> list[catalog.ProductStatus]:
    """Find the way from one status to another: what is archived becomes a draft first."""
    if current is wanted:
        return []
    if wanted in catalog.TRANSITIONS[current]:
        return [wanted]
    return [catalog.ProductStatus.DRAFT, wanted]


def _pairs(pairs: Sequence[tuple[str, str]]) -> catalog.Pairs:
    return [{"name": name, "value": value} for name, value in pairs]
