"""SIM-1: every history of a checkout, and whether its protocol would be caught if it were wrong."""

import pytest

from tests.torture.checkout_model import Protocol, World, walk
from tests.torture.tried import Record

P = Protocol
MORE = World(calls_left=3, kills_left=4, messages_left=3)
SILENT = World(messages_left=0)


@pytest.mark.parametrize("beginning", [World(), MORE, SILENT], ids=["usual", "more", "silent"])
def test_sim_1_nothing_bad_can_happen_and_no_refund_is_ever_needed(
    beginning: World, record_property: Record
) -> None:
    found = walk(P.OURS, beginning)
    record_property("tried", found.worlds)

    assert found.faults == {}
    assert found.refunds == 0
    assert found.worlds > 100


def test_sim_1_expiring_without_asking_is_safe_where_late_money_goes_back() -> None:
    found = walk(P.EXPIRE_WITHOUT_ASKING_AND_REFUND)

    assert found.faults == {}
    assert found.refunds > 0


@pytest.mark.parametrize(
    ("protocol", "fault"),
    [
        (P.TAKE_STOCK_AFTER_THE_MONEY, "oversold"),
        (P.CHARGE_BEFORE_THE_ORDER_IS_WRITTEN, "money taken, no order, no refund"),
        (P.A_NEW_KEY_FOR_EACH_TRY, "charged twice"),
        (P.EXPIRE_WITHOUT_ASKING, "money taken, no order, no refund"),
    ],
)
def test_sim_1_each_wrong_protocol_is_caught(protocol: Protocol, fault: str) -> None:
    found = walk(protocol)

    assert fault in found.faults
    assert found.faults[fault], "a history leads to it"
