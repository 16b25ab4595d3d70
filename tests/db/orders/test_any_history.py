"""STK-5: whatever happens to orders, in any order, the shelves hold what they should.

Hypothesis writes the histories; ``EXAMPLES=1000`` tries more of them. One that fails is printed,
made as short as it can be.
"""

import asyncio
import os
from collections import Counter as Bag
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db import invariants, orders, stock
from db.access import Caller
from db.base import execute, fetch, fetch_value
from db.errors import Code, Refusals
from db.stock import Adjustment, StockReason, Units
from tests.buying import Counter, new_guest
from tests.conftest import NOW
from tests.goods import make_variant
from tests.torture.tried import Record

T = TypeVar("T")

EXAMPLES: Final = int(os.environ.get("EXAMPLES", "100" if os.environ.get("IN_FULL") else "12"))
STEPS: Final = 20
ON_HAND: Final = 12
TESTS: Final = Caller.system("tests")
STAFF: Final[dict[str, Any]] = {"caller": TESTS, "now": NOW}
BASKETS: Final = st.dictionaries(st.integers(0, 1), st.integers(1, 5), min_size=1)


class Shop(RuleBasedStateMachine):
    """Two shelves, and all that can happen to what is on them.

    What must be there is worked out from what was done, and not read.
    """

    counter: ClassVar[Counter]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self.shelves = [self.done(make_variant(on_hand=ON_HAND)) for _ in range(2)]
        self.on_hand = Bag(dict.fromkeys(self.shelves, ON_HAND))
        self.pending: dict[UUID, Bag[UUID]] = {}
        self.placed: dict[UUID, Bag[UUID]] = {}
        self.packed: dict[UUID, UUID] = {}
        self.sent: dict[UUID, Bag[UUID]] = {}

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that happens in the event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def is_done(self, work: Coroutine[Any, Any, object], code: Code) -> bool:
        """Wait likewise; False where it is refused, which has to be for this reason."""
        try:
            self.done(work)
        except Refusals as refused:
            codes = {each.code for each in refused.refusals}
        else:
            return True
        assert codes == {code}
        return False

    @property
    def reserved(self) -> Bag[UUID]:
        held = [*self.pending.values(), *self.placed.values()]
        return sum(held, start=Bag[UUID]())

    @invariant()
    def what_must_be_is(self) -> None:
        rows = self.done(fetch(LEVELS, self.shelves))
        there = {variant_id: (on_hand, reserved) for variant_id, on_hand, reserved in rows}
        reserved = self.reserved
        assert there == {each: (self.on_hand[each], reserved[each]) for each in self.shelves}
        assert self.done(invariants.check()) == []

    @rule(wanted=BASKETS, token=st.sampled_from(["tok_ok", "tok_declined", None]))
    def buy(self, wanted: dict[int, int], token: str | None) -> None:
        basket = Bag({self.shelves[shelf]: quantity for shelf, quantity in wanted.items()})
        fits = self.reserved + basket <= self.on_hand
        made: list[UUID] = []
        lines = [Units(*each) for each in basket.items()]
        assert self.is_done(self.order(lines, token, made.append), Code.OUT_OF_STOCK) is fits
        for order_id in made:
            (self.placed if token == "tok_ok" else self.pending)[order_id] = basket

    async def order(
        self, lines: Sequence[Units], token: str | None, made: Callable[[UUID], None]
    ) -> None:
        guest = await new_guest()
        if token:
            outcome = await self.counter.check_out(guest, *lines, token=token)
        else:
            outcome = await self.counter.begin(guest, *lines)
        made(UUID(outcome.ids["order"]))

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), token=st.sampled_from(["tok_ok", "tok_declined"]))
    def pay(self, data: st.DataObject, token: str) -> None:
        order_id = data.draw(st.sampled_from(list(self.pending)))
        self.done(self.counter.pay(TESTS, order_id, token=token))
        if token == "tok_ok":
            self.placed[order_id] = self.pending.pop(order_id)

    @precondition(lambda self: self.pending)
    @rule(data=st.data())
    def expire(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(list(self.pending)))
        self.done(execute("UPDATE orders SET expires_at = $2 WHERE id = $1", order_id, NOW))
        later = NOW + timedelta(seconds=1)
        self.done(orders.expire_due(gateways=self.counter.gateways, now=later))
        del self.pending[order_id]

    @precondition(lambda self: self.pending or self.placed)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from([*self.pending, *self.placed]))
        self.done(self.counter.cancel(TESTS, order_id))
        for held in (self.pending, self.placed, self.packed):
            held.pop(order_id, None)

    @precondition(lambda self: self.placed.keys() - self.packed.keys())
    @rule(data=st.data())
    def pack(self, data: st.DataObject) -> None:
        order_id = self.unpacked(data)
        made = self.done(orders.create_fulfillment(**STAFF, order_id=order_id))
        self.packed[order_id] = UUID(made.ids["fulfillment"])

    @precondition(lambda self: self.packed)
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(list(self.packed)))
        self.done(orders.ship_fulfillment(**STAFF, id=self.packed.pop(order_id)))
        self.sent[order_id] = self.placed.pop(order_id)
        self.on_hand -= self.sent[order_id]

    @precondition(lambda self: self.placed.keys() - self.packed.keys())
    @rule(data=st.data())
    def refund_one_that_has_not_left(self, data: st.DataObject) -> None:
        order_id = self.unpacked(data)
        self.refund(order_id, self.placed, restock=False)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), restock=st.booleans())
    def refund_one_that_has_left(self, data: st.DataObject, restock: bool) -> None:
        order_id = data.draw(st.sampled_from(list(self.sent)))
        returned = self.refund(order_id, self.sent, restock=restock)
        if restock:
            self.on_hand[returned] += 1

    def refund(self, order_id: UUID, held: dict[UUID, Bag[UUID]], *, restock: bool) -> UUID:
        """Refund one unit of an order."""
        variant_id = next(iter(held[order_id]))
        line_id = self.done(fetch_value(LINE, order_id, variant_id))
        returned = orders.ReturnFields(order_line_id=line_id, quantity=1, restock=restock)
        self.done(self.counter.refund(TESTS, order_id, returned))
        held[order_id] -= Bag([variant_id])
        if not held[order_id]:
            del held[order_id]
        return variant_id

    @rule(shelf=st.integers(0, 1), delta=st.integers(-4, 6).filter(bool))
    def adjust(self, shelf: int, delta: int) -> None:
        variant = self.shelves[shelf]
        left = self.on_hand[variant] + delta
        fits = left >= self.reserved[variant]
        change = Adjustment(variant, delta, StockReason.DAMAGED)
        adjusting = stock.adjust(**STAFF, changes=[change], claim=None)
        assert self.is_done(adjusting, Code.OUT_OF_RANGE if left < 0 else Code.OUT_OF_STOCK) is fits
        if fits:
            self.on_hand[variant] += delta

    def unpacked(self, data: st.DataObject) -> UUID:
        return data.draw(st.sampled_from([each for each in self.placed if each not in self.packed]))


LEVELS: Final = "SELECT variant_id, on_hand, reserved FROM stock WHERE variant_id = ANY($1)"
LINE: Final = "SELECT id FROM order_line WHERE order_id = $1 AND variant_id = $2"


@pytest.mark.timeout(60 + 3 * EXAMPLES)
async def test_stk_5_the_shelves_hold_what_they_should_whatever_happens(
    counter: Counter, record_property: Record
) -> None:
    record_property("tried", EXAMPLES)
    here = {"counter": counter, "loop": asyncio.get_running_loop()}
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Shop", (Shop,), here)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=how)
