"""Who acts in a history: buyers, staff, workers, and the gateway that tells of its own accord."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from db import orders, stock
from db.access import ActorKind, Caller, Role
from db.errors import Unavailable
from db.events import Outcome, feed
from db.money import Money
from db.orders import LineUnits, RefundReason
from db.stock import Adjustment, StockReason, Units
from tests import factories
from tests.buying import claim, new_guest
from tests.simulation.world import CODE, World

OWNER: Final = factories.staff(Role.OWNER)
TOKENS: Final = (
    *("tok_ok",) * 6,
    *("tok_declined", "tok_action", "tok_action_declined", "tok_action_abandoned"),
    *("tok_processing", "tok_processing_declined", "tok_late_success", "tok_no_fence"),
    *("tok_request_lost", "tok_reply_lost", "tok_error", "tok_timeout", "tok_timeout_before"),
    *("tok_away", "tok_slow", "tok_capture_fails", "tok_capture_lost", "tok_void_fails"),
    *("tok_void_lost", "tok_refund_fails", "tok_refund_lost", "tok_refund_unsent"),
    "tok_refund_returned",
)
REST_SECONDS: Final = (*(61,) * 3, *(601,) * 6, *(1801,) * 4, *(3601,) * 4, *(12 * 3600 + 1,) * 8)
"""After so long each it is looked whether all has come to an end."""


async def buyer(world: World, name: str) -> None:
    """Buy once or twice, and change one's mind."""
    chance = world.chance
    caller = Caller.anonymous() if chance.random() < 0.3 else await new_guest(world.now())
    await asyncio.sleep(chance.choice((0.0, 0.0, 1.0, 10.0)))
    for purchase in range(chance.randint(1, 2)):
        key = f"{name}-{purchase}"
        bought = await _buy(world, name, caller, key)
        if bought is None:
            continue
        if guest_id := bought.ids.get("guest"):
            caller = _guest(guest_id)
        for change in range(chance.randint(0, 2)):
            await asyncio.sleep(chance.choice((0.0, 1.0, 30.0)))
            await _change(world, name, caller, f"{key}-{change}", bought)


async def _buy(world: World, name: str, caller: Caller, key: str) -> Outcome | None:
    """Check out, perhaps from a cart, perhaps by pressing the button twice."""
    chance, counter = world.chance, world.counter
    several = chance.sample(world.variants, chance.randint(1, len(world.variants)))
    lines = [Units(variant, chance.randint(1, 2)) for variant in several]
    code = CODE if world.has_code and chance.random() < 0.5 else None
    total, token, now = await world.total(lines, code), chance.choice(TOKENS), world.now
    in_cart = caller.guest_id is not None and chance.random() < 0.4
    cart_id = await counter.fill_cart(caller, *lines, now=now()) if in_cart else None
    fields = {"details": world.details(code), "cart_id": cart_id, "expected": total, "key": key}
    given = () if cart_id else tuple(lines)

    def check_out() -> Awaitable[Outcome]:
        return counter.check_out(caller, *given, token=token, now=now(), **fields)

    def press(times: str) -> Awaitable[Outcome | None]:
        return world.call(f"{name}{times}", "checkoutComplete", key, check_out)

    if chance.random() < 0.2:
        return await _begin(world, name, caller, key, lines)
    if chance.random() < 0.25:
        first, second = await asyncio.gather(press(""), press(" again"))
        return first or second
    return await press("")


async def _begin(
    world: World, name: str, caller: Caller, key: str, lines: list[Units]
) -> Outcome | None:
    """Check out in two calls."""
    bought = await world.call(
        *(name, "checkoutBegin", key),
        lambda: world.counter.begin(caller, *lines, key=key, now=world.now()),
    )
    if bought:
        guest_id = bought.ids.get("guest")
        payer = _guest(guest_id) if guest_id else caller
        await _pay(world, name, payer, f"{key}-first", bought.ids["order"])
    return bought


async def _pay(world: World, name: str, caller: Caller, key: str, order_id: str) -> None:
    token = world.chance.choice(TOKENS)
    await world.call(
        *(name, "paymentCreate", key),
        lambda: world.counter.pay(caller, order_id, token=token, key=key, now=world.now()),
    )


async def _change(world: World, name: str, caller: Caller, key: str, bought: Outcome) -> None:
    """Pay again, cancel, or ask how it stands."""
    order_id, gateways = bought.ids["order"], world.counter.gateways
    match world.chance.choice(("pay", "pay", "cancel", "sync")):
        case "pay":
            await _pay(world, name, caller, key, order_id)
        case "cancel":
            await world.call(
                *(name, "orderCancel", key),
                lambda: world.counter.cancel(caller, order_id, key=key, now=world.now()),
            )
        case "sync" if payment_id := bought.ids.get("payment"):
            await world.call(
                *(name, "paymentSync", f"{key}-sync"),
                lambda: orders.sync_payment(
                    caller=caller, now=world.now(), payment_id=UUID(payment_id), gateways=gateways
                ),
            )


def _guest(guest_id: str) -> Caller:
    return Caller(kind=ActorKind.GUEST, label="Guest", guest_id=UUID(guest_id))


Act = Callable[[World, str], Awaitable[None]]


async def staff(world: World, name: str) -> None:
    """Do what staff do, to whatever there is."""
    chance = world.chance
    acts: tuple[Act, ...] = (
        _cancel,
        _capture,
        _capture,
        _void,
        _refund,
        _refund,
        _pack,
        _send,
        _send,
        _edit,
        _adjust,
    )
    for number in range(chance.randint(3, 9)):
        await asyncio.sleep(chance.choice((0.5, 2.0, 5.0, 40.0)))
        await chance.choice(acts)(world, f"{name}-{number}")


async def _any(world: World, sql: str) -> UUID | None:
    """Choose one of what there is."""
    found = [row[0] for row in await world.beside.fetch(sql)]
    chosen: UUID | None = world.chance.choice(found) if found else None
    return chosen


async def _cancel(world: World, key: str) -> None:
    if order_id := await _any(world, "SELECT id FROM orders ORDER BY id"):
        await world.call(
            *("staff", "orderCancel", key),
            lambda: world.counter.cancel(OWNER, order_id, key=key, now=world.now()),
        )


async def _capture(world: World, key: str) -> None:
    """Take what is held, or a part of it."""
    held = "SELECT id FROM payment WHERE status = 'AUTHORIZED' ORDER BY id"
    any_other = "SELECT id FROM payment WHERE status <> 'CAPTURED' ORDER BY id"
    if payment_id := await _any(world, held) or await _any(world, any_other):
        part = world.chance.choice((None, None, Money(1, "EUR"), Money(1000, "EUR")))
        await world.call(
            *("staff", "paymentCapture", key),
            lambda: world.counter.capture(OWNER, payment_id, amount=part, key=key, now=world.now()),
        )


async def _void(world: World, key: str) -> None:
    sql = "SELECT id FROM payment WHERE status <> 'CAPTURED' ORDER BY id"
    if payment_id := await _any(world, sql):
        await world.call(
            *("staff", "paymentVoid", key),
            lambda: world.counter.void(OWNER, payment_id, key=key, now=world.now()),
        )


async def _refund(world: World, key: str) -> None:
    chance = world.chance
    order_id = await _any(world, "SELECT order_id FROM payment WHERE captured > 0 ORDER BY id")
    if order_id is None:
        return
    lines: list[Any] = []
    if chance.random() < 0.6:
        sql = "SELECT id FROM order_line WHERE order_id = $1 ORDER BY id"
        line_ids = [row[0] for row in await world.beside.fetch(sql, order_id)]
        restock = chance.random() < 0.5
        lines = [{"order_line_id": chance.choice(line_ids), "quantity": 1, "restock": restock}]
    extra = 0 if lines else chance.choice((100, 490, 1000))
    await world.call(
        *("staff", "refundCreate", key),
        lambda: world.counter.refund(
            OWNER,
            order_id,
            *lines,
            extra=extra,
            reason=RefundReason.OTHER,
            key=key,
            now=world.now(),
        ),
    )


async def _pack(world: World, key: str) -> None:
    chance = world.chance
    order_id = await _any(world, "SELECT id FROM orders WHERE status = 'PLACED' ORDER BY id")
    if order_id is None:
        return
    sql = "SELECT id FROM order_line WHERE order_id = $1 ORDER BY id"
    line_ids = [row[0] for row in await world.beside.fetch(sql, order_id)]
    one = [LineUnits(order_line_id=chance.choice(line_ids), quantity=1)]
    lines = one if chance.random() < 0.4 else None
    await world.call(
        *("staff", "fulfillmentCreate", key),
        lambda: orders.create_fulfillment(
            caller=OWNER,
            now=world.now(),
            order_id=order_id,
            lines=lines,
            claim=claim(OWNER, "fulfillmentCreate", key, lines),
        ),
    )


async def _send(world: World, key: str) -> None:
    parcel_id = await _any(world, "SELECT id FROM fulfillment ORDER BY id")
    if parcel_id is None:
        await _pack(world, key)
        return
    name, verb = world.chance.choice(
        (
            ("fulfillmentShip", orders.ship_fulfillment),
            ("fulfillmentShip", orders.ship_fulfillment),
            ("fulfillmentDeliver", orders.deliver_fulfillment),
            ("fulfillmentCancel", orders.cancel_fulfillment),
        )
    )
    await world.call(
        *("staff", name, key),
        lambda: verb(
            caller=OWNER, now=world.now(), id=parcel_id, claim=claim(OWNER, name, key, parcel_id)
        ),
    )


async def _edit(world: World, key: str) -> None:
    """Change whom an order is for, as it was seen a moment before."""
    found = await world.beside.fetch("SELECT id, version FROM orders ORDER BY id")
    if found:
        order_id, version = world.chance.choice(found)
        await asyncio.sleep(world.chance.choice((0.0, 1.0)))
        await world.call(
            *("staff", "orderUpdate", key),
            lambda: orders.update_order(
                caller=OWNER,
                now=world.now(),
                id=order_id,
                fields={"email": f"{key}@example.com"},
                if_version=version,
            ),
        )


async def _adjust(world: World, key: str) -> None:
    variant, delta = world.chance.choice(world.variants), world.chance.choice((-2, -1, 1, 3))
    change = Adjustment(variant, delta, StockReason.RECEIVED if delta > 0 else StockReason.DAMAGED)
    await world.call(
        *("staff", "stockAdjust", key),
        lambda: stock.adjust(
            caller=OWNER,
            now=world.now(),
            changes=[change],
            claim=claim(OWNER, "stockAdjust", key, change),
        ),
    )


class Relay:
    """Reads the outbox, as the shop does for those who follow: what is new since it last looked."""

    def __init__(self, since: str) -> None:
        self._since = since
        self.heard: set[str] = set()

    async def listen(self) -> None:
        """Hear what is new."""
        self._since, found = await feed.news(self._since)
        self.heard.update(found)


def jobs(world: World, relay: Relay) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Name what workers do again and again."""
    gateways, now = world.counter.gateways, world.now
    return {
        "expiry": lambda: orders.expire_due(gateways=gateways, now=now()),
        "reconciliation": lambda: orders.reconcile_due(gateways=gateways, now=now()),
        "messages": lambda: orders.apply_waiting_events(gateways=gateways, now=now()),
        "holds": lambda: orders.end_run_out(gateways=gateways, now=now()),
        "relay": relay.listen,
    }


async def worker(world: World, name: str, relay: Relay) -> None:
    """Do one job after the other; a worker that dies is started again."""
    process, work = world.process(name), jobs(world, relay)
    while not world.is_over:
        await asyncio.sleep(world.chance.choice((1.0, 5.0, 15.0, 31.0)))
        job = world.chance.choice(list(work))
        try:
            await world.run(process, f"{name}: {job}", work[job])
        except ConnectionError:
            process = world.process(name)
        except Unavailable as error:
            world.history.tell(f"{name}: {job}", f"is put off: {error.reason}")


async def messenger(world: World) -> None:
    """Bring the gateway's messages: some late, some twice, and in any order."""
    chance, brought = world.chance, list[Any]()
    while not world.is_over:
        await asyncio.sleep(chance.choice((0.2, 2.0, 10.0, 90.0)))
        world.gateway.books.turn()
        news = world.gateway.books.news
        if brought and chance.random() < 0.25:
            await _bring(world, chance.choice(brought))
        elif news and chance.random() < 0.7:
            message = news.pop(chance.randrange(len(news)))
            if await _bring(world, message):
                brought.append(message)
            else:
                news.append(message)


async def _bring(world: World, message: Any) -> bool:
    op, answer = message
    body = world.gateway.told(op, answer, at=world.now())

    async def take_in() -> Outcome:
        await orders.take_in_event(gateway=world.gateway, body=body, now=world.now())
        return Outcome()

    what = f"message, {answer.verdict} of {world.gateway._name(op.key)}"
    return await world.call("gateway", what, body.decode(), take_in) is not None


async def rest(world: World, relay: Relay, is_at_rest: Callable[[], Awaitable[bool]]) -> None:
    """Let everything come to its end, now that nothing goes wrong any more."""
    world.scheduler.calm()
    world.gateway.troubled = 0.0
    process, work = world.process("worker"), jobs(world, relay)
    for seconds in (0, *REST_SECONDS):
        await asyncio.sleep(seconds)
        world.gateway.books.turn()
        for message in [world.gateway.books.news.pop(0) for _ in world.gateway.books.news[:]]:
            await _bring(world, message)
        for job, do in work.items():
            await world.run(process, f"worker: {job}", do)
        if seconds and await is_at_rest() and not world.gateway.books.news:
            return
