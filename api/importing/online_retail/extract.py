"""Cut a small shop out of the data: how ``db/seeds/online-retail.csv.xz`` was made.

    python -m api.importing.online_retail.extract FILE OUT.csv.xz

Always the same lines of the same file: the goods that are sold most, buyers of one busy day first,
then others in the order of their digests, and of each invoice the first few lines.
"""

import csv
import lzma
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from io import TextIOWrapper
from pathlib import Path
from typing import Final, NamedTuple

from api.importing.online_retail.goods import root_of
from api.importing.online_retail.lines import COLUMNS, SHOP_TIME, Line, read

BUSY_DAY: Final = "2011-12-05"
PRODUCTS: Final = 1_000
CUSTOMERS: Final = 500
GUEST_ORDERS: Final = 250
LINES_PER_INVOICE: Final = 15
ADA: Final = "13069"
GRACE: Final = "16350"
_INVOICES_OF_A_CUSTOMER: Final = range(3, 14)


class Paper(NamedTuple):
    """An invoice or a credit note."""

    number: str
    lines: list[Line]

    @property
    def customer(self) -> str | None:
        return self.lines[0].customer

    @property
    def is_busy_day(self) -> bool:
        return str(self.lines[0].at.astimezone(SHOP_TIME).date()) == BUSY_DAY


def extract(source: Path, target: Path) -> int:
    """Write the small shop; return its number of lines."""
    papers = list(_papers(source))
    goods = _best_sold(papers)
    cut = [paper for paper in (_cut(paper, goods) for paper in papers) if paper.lines]
    chosen = _chosen(cut)
    count = 0
    with (
        lzma.open(target, "wb", preset=9 | lzma.PRESET_EXTREME) as packed,
        TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for paper in chosen:
            writer.writerows(_row(line) for line in paper.lines)
            count += len(paper.lines)
    return count


def _papers(source: Path) -> Iterator[Paper]:
    """Read what the importer takes over, and nothing that it rejects."""
    papers: dict[str, list[Line]] = defaultdict(list)
    for item in read(source):
        if isinstance(item.outcome, Line):
            papers[item.outcome.invoice].append(item.outcome)
    return (Paper(number, lines) for number, lines in papers.items())


def _best_sold(papers: Iterable[Paper]) -> set[str]:
    sold = Counter(root_of(line.code) for paper in papers for line in paper.lines)
    return {root for root, _ in sold.most_common(PRODUCTS)}


def _cut(paper: Paper, goods: set[str]) -> Paper:
    kept = [line for line in paper.lines if root_of(line.code) in goods]
    return Paper(paper.number, kept[:LINES_PER_INVOICE])


def _chosen(papers: list[Paper]) -> list[Paper]:
    customers = _customers(papers)
    theirs = [paper for paper in papers if paper.customer in customers]
    guests = [paper for paper in papers if paper.customer is None and not _is_return(paper)]
    guests.sort(key=lambda paper: (not paper.is_busy_day, _digest(paper.number)))
    sold = {
        (line.customer, line.code) for paper in theirs for line in paper.lines if not line.is_return
    }
    theirs = [paper for paper in theirs if not _is_return(paper) or _is_covered(paper, sold)]
    chosen = theirs + guests[:GUEST_ORDERS]
    return sorted(chosen, key=lambda paper: paper.lines[0].at)


def _customers(papers: list[Paper]) -> set[str]:
    invoices = Counter(paper.customer for paper in papers if not _is_return(paper))
    busy = {paper.customer for paper in papers if paper.is_busy_day}
    able = [
        name
        for name, count in invoices.items()
        if name and count in _INVOICES_OF_A_CUSTOMER and name not in {ADA, GRACE}
    ]
    able.sort(key=lambda name: (name not in busy, _digest(name)))
    return {ADA, GRACE, *able[: CUSTOMERS - 2]}


def _is_return(paper: Paper) -> bool:
    return paper.lines[0].is_return


def _is_covered(paper: Paper, sold: set[tuple[str | None, str]]) -> bool:
    return all((line.customer, line.code) in sold for line in paper.lines)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def _row(line: Line) -> tuple[str | int, ...]:
    pounds, pence = divmod(line.price, 100)
    return (
        line.invoice,
        line.code,
        line.title,
        -line.quantity if line.is_return else line.quantity,
        f"{line.at.astimezone(SHOP_TIME):%Y-%m-%d %H:%M:%S}",
        f"{pounds}.{pence:02}",
        line.customer or "",
        line.country,
    )


if __name__ == "__main__":
    print(extract(Path(sys.argv[1]), Path(sys.argv[2])), "lines")  # noqa: T201 - a tool speaks
