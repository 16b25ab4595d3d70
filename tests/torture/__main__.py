"""Run the attacks on the guarantees, and print what they tried and what they broke.

``python -m tests.torture`` takes some minutes, and at most ten: an attack that has no time left is
cut short, and then all of it has failed. SEEDS sets how many histories are made where they are made
by chance; a test that fails names its seed, and SEEDS above it brings it back.
"""

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.marks import Marks

SEEDS: Final = "200"
SECONDS: Final = 600
"""How long all attacks may take together."""
LANES: Final = 2
"""How many attacks run at once: one waits for its time-outs and restarts while another reckons."""
TIDY_SECONDS: Final = 20
"""How long one that is cut short may take to stop its servers."""
WRITE: Final = "--write"
COMMAND: Final = f"make torture ARGS={WRITE}"
README: Final = Path(__file__).parents[2] / "README.md"
MARKS: Final = Marks("<!-- attacks: written by `make torture` -->", "<!-- end of attacks -->")


@dataclass(frozen=True, slots=True)
class Attack:
    """What is attacked, how, how often what is tried, and the tests that do it."""

    ids: str
    how: str
    unit: str
    tests: tuple[str, ...]
    only: str = ""


ATTACKS: Final = (
    Attack(
        "SIM-1",
        "every history of the protocol walked through; four wrong ones caught",
        "worlds",
        ("tests/torture/test_model.py",),
    ),
    Attack(
        "SIM-2",
        "the real shop in histories that a seed decides; three mistakes noticed",
        "histories",
        ("tests/simulation/test_simulation.py",),
    ),
    Attack(
        "STK-1, IDM-1",
        "crowds over HTTP: 500 buyers of 37 units at 4 processes, 50 clients with one key",
        "calls",
        ("tests/torture/test_crowds.py",),
    ),
    Attack(
        "STK-2, 3",
        "baskets for the same six shelves over HTTP, with staff who count, cancel and ship",
        "calls",
        ("tests/torture/test_baskets.py",),
    ),
    Attack(
        "STK-5",
        "orders, payments, ends, parcels, refunds and adjustments in any order",
        "histories",
        ("tests/db/orders/test_any_history.py",),
    ),
    Attack(
        "IDM-7",
        "every mutation that takes a key, done twice",
        "mutations",
        ("tests/schema/test_done_twice.py",),
        "idm_7",
    ),
    Attack(
        "VER-2",
        "20 people change one product at once",
        "edits",
        ("tests/db/catalog/test_many_editors.py",),
    ),
    Attack(
        "PAY-3",
        "SIGKILL at each named point over HTTP, with and without the client",
        "kills",
        ("tests/torture/test_kills.py",),
        "pay_3",
    ),
    Attack(
        "IDM-2",
        "50 clients with one key, a fifth of their connections cut",
        "clients",
        ("tests/torture/test_kills.py",),
        "idm_2",
    ),
    Attack(
        "E01",
        "PostgreSQL killed 5 times while people buy",
        "orders",
        ("tests/torture/test_restarts.py",),
    ),
    Attack(
        "E02 to E05",
        "the network to PostgreSQL cut, cut at COMMIT, slow, refused, silent while people buy",
        "orders",
        ("tests/torture/test_network.py",),
    ),
    Attack(
        "PAY-1, 2, 4",
        "payments at once, time-outs and lost answers of every kind",
        "cases",
        (
            "tests/db/orders/test_checkout_again.py",
            "tests/db/orders/test_moves.py",
            "tests/db/orders/test_reconciliation.py",
        ),
        "pay_1 or pay_2 or pay_4",
    ),
    Attack(
        "PAY-5",
        "expiry at the very moment of success",
        "histories",
        ("tests/db/orders/test_expiry.py",),
        "pay_5",
    ),
    Attack(
        "PAY-6, 7",
        "messages in any order, repeated, forged, stale",
        "histories",
        ("tests/api/test_gateway_events.py", "tests/db/payments/test_answers.py"),
        "pay_6 or pay_7",
    ),
    Attack(
        "PAY-8",
        "what the shop relies on, of each gateway; Stripe's is a stand-in that speaks its HTTP",
        "cases",
        ("tests/api/gateways/test_pay_8_contract.py",),
    ),
    Attack(
        "RFD-1, 2",
        "refunds against refunds, cancellations and captures",
        "races",
        ("tests/db/orders/test_refund_races.py",),
    ),
    Attack(
        "FUL-1 to 3",
        "shipping against cancelling, unpacking and refunds",
        "races",
        ("tests/db/orders/test_fulfillment_races.py",),
    ),
    Attack(
        "errors",
        "every error that PostgreSQL throws, before and after the charge",
        "errors",
        ("tests/api/test_database_errors.py",),
    ),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attack ended: what was tried, and how many tests found something wrong."""

    tried: int
    violations: int
    seconds: int
    was_cut: bool = False

    @property
    def found(self) -> str:
        """Say what was found."""
        return f"{self.violations}, cut short" if self.was_cut else str(self.violations)

    @property
    def has_failed(self) -> bool:
        """Tell whether anything is wrong, or was not looked at."""
        return self.was_cut or self.violations > 0


def run(attack: Attack, report: Path, *, seconds: float) -> Ending:
    """Run an attack; what pytest says goes to the terminal where something is wrong."""
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--session-timeout={seconds:.0f}",
            f"--junitxml={report}",
        ),
        *("-o", "junit_family=xunit1"),  # the other one has no place for what was tried
        *attack.tests,
        *(("-k", attack.only) if attack.only else ()),
    ]
    began = time.monotonic()
    was_cut = False
    with subprocess.Popen(
        command,
        env={"SEEDS": SEEDS, "IN_FULL": "1", **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        try:
            said, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            was_cut = True
            running.send_signal(signal.SIGINT)
            said = f"{_last_words(running)}\n{attack.ids}: cut short, for want of time"
    if running.returncode:
        print(said, file=sys.stderr)  # noqa: T201
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314 - ours
    violations = sum(case.find("failure") is not None for case in cases)
    violations += sum(case.find("error") is not None for case in cases)
    return Ending(
        tried=sum(_tried(case) for case in cases),
        violations=violations or int(running.returncode != 0 and not was_cut),
        seconds=round(time.monotonic() - began),
        was_cut=was_cut,
    )


def _last_words(running: "subprocess.Popen[str]") -> str:
    """Let a run that was interrupted put its servers away, for a while."""
    try:
        return running.communicate(timeout=TIDY_SECONDS)[0]
    except subprocess.TimeoutExpired:
        running.kill()
        return running.communicate()[0]


def _tried(case: ET.Element) -> int:
    """Read how much a test has tried: as much as it says, or one thing."""
    said = [each.get("value") for each in case.iter("property") if each.get("name") == "tried"]
    return int(said[0] or 1) if said else 1


def endings(chosen: Sequence[Attack]) -> Iterator[tuple[Attack, Ending]]:
    """Run attacks, some at a time, and yield how each ended, in their order."""
    end = time.monotonic() + SECONDS
    with TemporaryDirectory() as folder, ThreadPoolExecutor(LANES) as lanes:

        def ending(each: Attack) -> Ending:
            path = Path(folder) / f"{each.ids}.xml"
            return run(each, path, seconds=max(1.0, end - time.monotonic()))

        yield from zip(chosen, lanes.map(ending, chosen), strict=True)


def report(chosen: Sequence[Attack]) -> Iterator[tuple[str, bool]]:
    """Run attacks; yield the lines of a table, and whether what each tells of has failed."""
    yield "| | attack | tried | violations | seconds |", False
    yield "|---|---|---:|---:|---:|", False
    for each, ending in endings(chosen):
        tried = f"{ending.tried:,} {each.unit}"
        line = f"| {each.ids} | {each.how} | {tried} | {ending.found} | {ending.seconds} |"
        yield line, ending.has_failed


def main() -> int:
    """Run all attacks, or those whose ids contain a word of the command line.

    With ``--write`` the README's table becomes what all of them gave.
    """
    words = [word.lower() for word in sys.argv[1:] if word != WRITE]
    chosen = [
        each for each in ATTACKS if not words or any(word in each.ids.lower() for word in words)
    ]
    writes = WRITE in sys.argv
    if writes and words:
        print(f"{WRITE} is for all attacks together.", file=sys.stderr)  # noqa: T201
        return 2
    if not chosen:
        known = ", ".join(each.ids for each in ATTACKS)
        print(f"There is no attack of that name. There are {known}.", file=sys.stderr)  # noqa: T201
        return 2
    lines, failures = list[str](), 0
    for line, has_failed in report(chosen):
        print(line, flush=True)  # noqa: T201
        lines.append(line)
        failures += has_failed
    if writes:
        when = f"{datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores, `{COMMAND}`:"
        README.write_text(MARKS.put("\n".join([when, "", *lines]), README.read_text()))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
