"""The protocol of a checkout as a small machine, all of whose histories can be walked through.

One order, one unit of stock, and somebody else who wants it. Clients repeat their call, processes
are killed, replies are lost, the gateway's messages come late or twice, and the order may expire at
any moment. A protocol is right if nothing bad is reachable; the wrong ones show that this would be
noticed.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Final, TypeAlias


class Protocol(StrEnum):
    """How a checkout could go about it: ours, one that is safe and gives money back, four wrong."""

    OURS = auto()
    EXPIRE_WITHOUT_ASKING_AND_REFUND = auto()
    TAKE_STOCK_AFTER_THE_MONEY = auto()
    CHARGE_BEFORE_THE_ORDER_IS_WRITTEN = auto()
    A_NEW_KEY_FOR_EACH_TRY = auto()
    EXPIRE_WITHOUT_ASKING = auto()


P: Final = Protocol
_BLIND: Final = {P.EXPIRE_WITHOUT_ASKING, P.EXPIRE_WITHOUT_ASKING_AND_REFUND}


class Verdict(StrEnum):
    """What the gateway has under a key."""

    NOTHING = auto()
    CHARGED = auto()
    DECLINED = auto()
    CANCELLED = auto()


class Process(StrEnum):
    """How far a process is that serves a call of the client."""

    IDLE = auto()
    BEFORE_THE_CALL = auto()
    HEARD = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class World:
    """Everything there is at one moment."""

    order: str | None = None
    payment: str | None = None
    held: int = 0
    sold_elsewhere: int = 0
    books: tuple[Verdict, Verdict] = (Verdict.NOTHING, Verdict.NOTHING)
    refunded: bool = False
    processes: tuple[Process, Process] = (Process.IDLE, Process.IDLE)
    heard: tuple[Verdict, Verdict] = (Verdict.NOTHING, Verdict.NOTHING)
    calls_left: int = 2
    kills_left: int = 2
    messages_left: int = 2
    is_late: bool = False

    @property
    def available(self) -> int:
        return 1 - self.held - self.sold_elsewhere


Move: TypeAlias = tuple[str, World]


def _set(pair: tuple[Verdict, Verdict], place: int, value: Verdict) -> tuple[Verdict, Verdict]:
    return (value, pair[1]) if place == 0 else (pair[0], value)


def _go(world: World, place: int, process: Process) -> World:
    first, second = world.processes
    return replace(world, processes=(process, second) if place == 0 else (first, process))


def _paid(world: World, protocol: Protocol) -> World:
    """Take in that the money has come."""
    if world.order == "PENDING":
        late = protocol is P.TAKE_STOCK_AFTER_THE_MONEY and not world.held
        held = 1 if late else world.held
        return replace(world, order="PLACED", payment="PAID", held=held)
    if world.order == "EXPIRED":
        if protocol is P.EXPIRE_WITHOUT_ASKING:
            return replace(world, payment="PAID")
        if world.available >= 1:
            return replace(world, order="PLACED", payment="PAID", held=1)
        return replace(world, payment="PAID", refunded=True)
    return world


def _take_in(world: World, verdict: Verdict, protocol: Protocol) -> World:
    """Take in an answer; the same one twice, or one that says less, changes nothing."""
    if verdict is Verdict.CHARGED:
        return _paid(world, protocol)
    if world.order != "PENDING":
        return world
    if verdict is Verdict.DECLINED and world.payment == "OPEN":
        return replace(world, payment="DECLINED")
    if verdict is Verdict.CANCELLED:
        return replace(world, order="EXPIRED", payment="CANCELLED", held=0)
    return world


def _ask(world: World, key: int) -> Iterator[tuple[World, Verdict | None]]:
    """Call the gateway under a key: what it then has, and its answer; None where that is lost."""
    had = world.books[key]
    for decided in (Verdict.CHARGED, Verdict.DECLINED) if had is Verdict.NOTHING else (had,):
        after = replace(world, books=_set(world.books, key, decided))
        yield after, decided
        yield after, None
    yield world, None  # the request itself is lost


def moves(world: World, protocol: Protocol) -> Iterator[Move]:
    """Name all that can happen next."""
    if world.calls_left:
        yield from _client(replace(world, calls_left=world.calls_left - 1), protocol)
    for place in (0, 1):
        yield from _process(world, place, protocol)
    yield from _reconciler(world, protocol)
    if world.messages_left and world.order and Verdict.CHARGED in world.books:
        told = replace(world, messages_left=world.messages_left - 1)
        yield "the gateway tells", _paid(told, protocol)
    if not world.is_late:
        yield "time runs out", replace(world, is_late=True)
    if world.is_late and world.order == "PENDING":
        yield from _expiry(world, protocol)
    if world.available >= 1 and not world.sold_elsewhere:
        yield "somebody else buys it", replace(world, sold_elsewhere=1)


def _client(world: World, protocol: Protocol) -> Iterator[Move]:
    place = next((i for i in (0, 1) if world.processes[i] is Process.IDLE), None)
    if place is None:
        return
    begun = _go(world, place, Process.BEFORE_THE_CALL)
    if world.order is None:
        if protocol is P.CHARGE_BEFORE_THE_ORDER_IS_WRITTEN:
            yield "a call", begun
        elif world.available >= 1:
            held = 0 if protocol is P.TAKE_STOCK_AFTER_THE_MONEY else 1
            yield "a call", replace(begun, order="PENDING", payment="OPEN", held=held)
        else:
            yield "a call finds it sold out", world
    elif protocol is P.A_NEW_KEY_FOR_EACH_TRY and world.payment == "OPEN":
        yield "the same call again, with a new key", begun
    else:
        yield "the same call again", world


def _process(world: World, place: int, protocol: Protocol) -> Iterator[Move]:
    key = place if protocol is P.A_NEW_KEY_FOR_EACH_TRY else 0
    match world.processes[place]:
        case Process.BEFORE_THE_CALL:
            for after, answer in _ask(world, key):
                if answer is None:
                    yield "no answer", _go(after, place, Process.GONE)
                else:
                    heard = replace(after, heard=_set(after.heard, place, answer))
                    yield f"the answer {answer}", _go(heard, place, Process.HEARD)
        case Process.HEARD:
            after = _write(world, world.heard[place], protocol)
            yield "the answer is written", _go(after, place, Process.GONE)
        case _:
            return
    if world.kills_left:
        killed = _go(world, place, Process.GONE)
        yield "a kill", replace(killed, kills_left=world.kills_left - 1)


def _write(world: World, answer: Verdict, protocol: Protocol) -> World:
    if protocol is not P.CHARGE_BEFORE_THE_ORDER_IS_WRITTEN:
        return _take_in(world, answer, protocol)
    if answer is not Verdict.CHARGED or world.order:
        return world
    if world.available >= 1:
        return replace(world, order="PLACED", payment="PAID", held=1)
    return replace(world, refunded=True)


def _reconciler(world: World, protocol: Protocol) -> Iterator[Move]:
    if world.order and world.payment == "OPEN":
        for after, answer in _ask(world, 0):
            taken = after if answer is None else _take_in(after, answer, protocol)
            yield f"the reconciler hears {answer}", taken


def _expiry(world: World, protocol: Protocol) -> Iterator[Move]:
    if protocol in _BLIND or world.payment == "DECLINED":
        yield "expiry", replace(world, order="EXPIRED", held=0)
        return
    had = world.books[0]
    if had is Verdict.CHARGED:
        yield "expiry finds it paid", _paid(world, protocol)
    else:
        kept = Verdict.CANCELLED if had is Verdict.NOTHING else had
        fenced = replace(world, books=_set(world.books, 0, kept))
        yield "expiry", replace(fenced, order="EXPIRED", payment="CANCELLED", held=0)
        if world.kills_left:
            yield "a kill after the fence", replace(fenced, kills_left=world.kills_left - 1)
    yield "the fence gives no answer", world


def fault(world: World, *, is_end: bool) -> str | None:
    """Say what is wrong with a world: at any time, and once nothing will happen any more."""
    if world.held + world.sold_elsewhere > 1:
        return "oversold"
    if world.books == (Verdict.CHARGED, Verdict.CHARGED):
        return "charged twice"
    return _fault_of_an_end(world) if is_end else None


def _fault_of_an_end(world: World) -> str | None:
    is_paid = Verdict.CHARGED in world.books
    faults = {
        "stuck": world.order == "PENDING",
        "an order without money": world.order == "PLACED" and not is_paid,
        "an order without stock": world.order == "PLACED" and not world.held,
        "stock that nobody gets": world.order == "EXPIRED" and world.held > 0,
        "money taken, no order, no refund": (
            is_paid and world.order != "PLACED" and not world.refunded
        ),
    }
    return next((name for name, is_so in faults.items() if is_so), None)


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk through all histories has found: a shortest history to each fault."""

    worlds: int
    refunds: int
    faults: dict[str, list[str]]


_OURS_TO_MAKE: Final = ("a call", "the same call", "time", "somebody else", "a kill")


def walk(protocol: Protocol, beginning: World = World()) -> Walk:
    """Walk through every history from a beginning."""
    came_by: dict[World, tuple[str, World] | None] = {beginning: None}
    waiting, faults = deque([beginning]), dict[str, list[str]]()
    while waiting:
        world = waiting.popleft()
        following = list(moves(world, protocol))
        goes_on = any(
            after != world and not name.startswith(_OURS_TO_MAKE) for name, after in following
        )
        is_end = world.is_late and not world.calls_left and not goes_on
        if (wrong := fault(world, is_end=is_end)) and wrong not in faults:
            faults[wrong] = _history(world, came_by)
        for name, after in following:
            if after not in came_by:
                came_by[after] = (name, world)
                waiting.append(after)
    return Walk(len(came_by), sum(world.refunded for world in came_by), faults)


def _history(world: World, came_by: dict[World, tuple[str, World] | None]) -> list[str]:
    told: list[str] = []
    while step := came_by[world]:
        name, world = step
        told.append(name)
    return told[::-1]
