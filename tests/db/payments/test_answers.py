"""The same answers give the same result in any order, however often they are repeated."""

from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from db import ids
from db.payments import (
    Answer,
    Call,
    OperationKind,
    OperationStatus,
    PaymentStatus,
    Verdict,
    answered,
)
from tests.conftest import NOW

OPEN = [
    Answer(verdict=Verdict.UNKNOWN),
    Answer(verdict=Verdict.NOT_FOUND),
    Answer(verdict=Verdict.CANNOT),
    Answer(verdict=Verdict.PROCESSING),
    Answer(verdict=Verdict.ACTION, action={"kind": "REDIRECT", "url": "https://bank.example"}),
]
CAPTURED = Answer(verdict=Verdict.SUCCEEDED, reference="r", captured=True)
HELD = Answer(verdict=Verdict.SUCCEEDED, reference="r")
DECLINED = Answer(verdict=Verdict.DECLINED, reference="r", code="card_declined")
CANCELLED = Answer(verdict=Verdict.CANCELLED, reference="r")
FINAL = [DECLINED, HELD, CANCELLED, CAPTURED]
"""From the weakest to the strongest: taken beats called off, that beats held, and held beats no."""


def call(
    kind: OperationKind = OperationKind.AUTHORIZE,
    *,
    payment_status: PaymentStatus = PaymentStatus.PROCESSING,
    captured: int = 0,
    refund_held: int = 0,
    has_rival: bool = False,
) -> Call:
    return Call(
        operation_id=ids.new(),
        kind=kind,
        amount=1000,
        status=OperationStatus.REQUESTED,
        sealed_token=None,
        return_url=None,
        created_at=NOW,
        payment_id=ids.new(),
        order_id=ids.new(),
        gateway="fake",
        currency="EUR",
        payment_status=payment_status,
        payment_amount=1000,
        captured=captured,
        refund_held=refund_held,
        capture_at_once=True,
        reference=None,
        has_rival=has_rival,
    )


def after(start: Call, *answers: Answer) -> Call:
    return reduce(answered, answers, start)


class TestAnswers:
    @given(st.data())
    def test_pay_6_in_any_order_and_repeated_give_the_same_result(
        self, data: st.DataObject
    ) -> None:
        final = data.draw(st.lists(st.sampled_from(FINAL), min_size=1, unique_by=FINAL.index))
        heard = [*data.draw(st.lists(st.sampled_from([*OPEN, *final]))), *final]
        start = call()

        ends = [after(start, *data.draw(st.permutations(heard))) for _ in range(2)]

        assert ends[0] == ends[1] == after(start, *sorted(final, key=FINAL.index))

    @given(st.lists(st.sampled_from([*OPEN, *FINAL])))
    def test_pay_6_hearing_it_all_again_changes_nothing(self, heard: list[Answer]) -> None:
        end = after(call(), *heard)

        if not end.is_open:
            assert after(end, *heard) == end

    @given(st.permutations([DECLINED, CAPTURED, CAPTURED, DECLINED, *OPEN]))
    def test_a_success_beats_a_failure_however_late(self, heard: list[Answer]) -> None:
        end = after(call(), *heard)

        assert end.status is OperationStatus.SUCCEEDED
        assert end.payment_status is PaymentStatus.CAPTURED
        assert end.failure_code is None

    def test_a_hold_takes_nothing(self) -> None:
        end = after(call(), HELD)

        assert (end.payment_status, end.captured) == (PaymentStatus.AUTHORIZED, 0)

    def test_a_decline_fails_the_payment_and_a_fence_voids_it(self) -> None:
        assert after(call(), DECLINED).payment_status is PaymentStatus.FAILED
        assert after(call(), CANCELLED).payment_status is PaymentStatus.VOIDED

    def test_no_answer_leaves_a_payment_as_it_is(self) -> None:
        waiting = after(call(), OPEN[-1])

        end = after(waiting, Answer(verdict=Verdict.UNKNOWN))

        assert end.payment_status is PaymentStatus.REQUIRES_ACTION
        assert end == waiting

    def test_a_second_success_is_counted_and_does_not_go_live(self) -> None:
        loser = after(call(has_rival=True), DECLINED, CAPTURED)

        assert (loser.payment_status, loser.captured) == (PaymentStatus.FAILED, 1000)

    def test_a_void_ends_a_payment_and_a_refused_void_does_not(self) -> None:
        held = call(OperationKind.VOID, payment_status=PaymentStatus.AUTHORIZED)

        assert after(held, HELD).payment_status is PaymentStatus.VOIDED
        assert after(held, DECLINED).payment_status is PaymentStatus.AUTHORIZED

    @given(st.data())
    def test_pay_6_refunds_end_alike_in_any_order_and_repeated(self, data: st.DataObject) -> None:
        final = data.draw(st.sampled_from([[HELD], [DECLINED], [HELD, DECLINED]]))
        heard = [*data.draw(st.lists(st.sampled_from([*OPEN[:4], *final]))), *final]
        start = call(
            OperationKind.REFUND,
            payment_status=PaymentStatus.CAPTURED,
            captured=1000,
            refund_held=700,
        )
        start = replace(start, amount=300)

        end = after(start, *data.draw(st.permutations(heard)))

        is_back = DECLINED in final
        assert end.status is (OperationStatus.FAILED if is_back else OperationStatus.SUCCEEDED)
        assert end.refund_held == (400 if is_back else 700)
        assert (end.payment_status, end.captured) == (PaymentStatus.CAPTURED, 1000)

    def test_a_refund_that_comes_back_can_be_given_again(self) -> None:
        taken = call(
            OperationKind.REFUND,
            payment_status=PaymentStatus.CAPTURED,
            captured=1000,
            refund_held=1000,
        )

        assert after(taken, HELD).refund_held == 1000
        assert after(taken, HELD, DECLINED, HELD).refund_held == 0
