"""A whole file into a whole shop."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from api.importing.files import UnreadableFile, size_of
from api.importing.online_retail.countries import CODES, HOME
from api.importing.online_retail.history import Ledger, Rejected
from api.importing.online_retail.lines import SHOP_TIME, read
from api.importing.report import Rejection, Report
from db.money import Money
from db.seeds.filling import Opening, Progress, Shipping, fill
from db.seeds.garbage import collected_later
from db.seeds.past import Past

OPENING: Final = Opening(
    name="The Gift Shop",
    currency="GBP",
    time_zone=SHOP_TIME.key,
    home=HOME,
    countries=tuple(sorted(CODES.values())),
    shipping=(
        Shipping("Standard delivery, free", 0),
        Shipping("Express delivery", 495, free_from=10_000),
    ),
)


async def import_online_retail(
    *, url: str, path: Path, now: datetime, replace: bool, progress: Progress
) -> Report:
    """Turn the file into a shop with its past, in one transaction.

    :raises UnreadableFile: it is no such file, or it is damaged.
    :raises CannotFill: the shop cannot take it.
    """
    past, rejected = read_past(path, progress)
    if not past.orders:
        raise UnreadableFile(f"{path} holds no invoice of goods.")
    written = await fill(
        url=url, past=past, opening=OPENING, now=now, replace=replace, progress=progress
    )
    return report(path.name, past, rejected, written)


def read_past(path: Path, progress: Progress) -> tuple[Past, Rejected]:
    """Read a file, and tell what happened in it.

    :raises UnreadableFile: it is no such file, or it is damaged.
    """
    ledger = Ledger()
    progress.stage("Reading", size_of(path))
    with collected_later():
        for line in read(path, progress.advance):
            ledger.take(line)
        return ledger.tell(), ledger.rejected


def report(title: str, past: Past, rejected: Rejected, written: Mapping[str, int]) -> Report:
    """Sum up an import."""
    paid = sum(order.total for order in past.orders)
    returned = sum(refund.amount for order in past.orders for refund in order.refunds)
    return Report(
        title,
        {
            "categories": written["category"],
            "products": written["product"],
            "variants": written["variant"],
            "customers": written["users"],
            "orders": written["orders"],
            "order lines": written["order_line"],
            "refunds": written["refund"],
            "refund lines": written["refund_line"],
            "paid": f"{Money(paid, OPENING.currency).text} {OPENING.currency}",
            "refunded": f"{Money(returned, OPENING.currency).text} {OPENING.currency}",
        },
        [
            Rejection(reason.value, count, rejected.examples[reason])
            for reason, count in rejected.counts.items()
        ],
    )
