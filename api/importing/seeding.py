"""Fill an empty shop: with the demo, or with the data that figures are measured on."""

import dataclasses
from datetime import datetime
from enum import StrEnum

from api.importing.online_retail.file import OPENING, read_past, report
from api.importing.online_retail.history import Rejected
from api.importing.report import Report
from db import users
from db.seeds import bench, demo
from db.seeds.filling import Progress, fill


class Size(StrEnum):
    """How much to fill in."""

    DEMO = "demo"
    BENCH = "bench"


async def seed(*, url: str, size: Size, now: datetime, replace: bool, progress: Progress) -> Report:
    """Fill a shop that holds no orders, or any with ``replace``.

    :raises CannotFill: the shop holds orders already and ``replace`` is false.
    """
    if size is Size.BENCH:
        past = bench.past()
        written = await fill(
            url=url, past=past, opening=bench.OPENING, now=now, replace=replace, progress=progress
        )
        return report("The bench's data", past, Rejected(), written)
    past, rejected = read_past(demo.DATA, progress)
    demo.let_in(past, await users.Hasher().hash(demo.PASSWORD))
    opening = dataclasses.replace(OPENING, codes=demo.CODES)
    written = await fill(
        url=url, past=past, opening=opening, now=now, replace=replace, progress=progress
    )
    return report("The demo shop", past, rejected, written)
