"""Run the attacks on the guarantees, and print what they tried and what they broke.

``python -m tests.torture`` takes some minutes, and at most ten: an attack that has no time left is
cut short, which counts as a violation. SEEDS sets how many histories are made where they are made
by chance; a test that fails names its seed, and SEEDS above it brings it back.
"""

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

SEEDS: Final = "200"
SECONDS: Final = 600
"""How long all attacks may take together."""
TIDY_SECONDS: Final = 20
"""How long one that is cut short may take to stop its servers."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What is attacked, how, and the tests that do it."""

    ids: str
    how: str
    tests: tuple[str, ...]
    only: str = ""


ATTACKS: Final = (
    Attack(
        "SIM-1",
        "every history of the protocol walked through; four wrong ones caught",
        ("tests/torture/test_model.py",),
    ),
    Attack(
        "SIM-2",
        "the real shop in histories that a seed decides; three mistakes noticed",
        ("tests/simulation/test_simulation.py",),
    ),
    Attack(
        "STK-1, IDM-1",
        "crowds over HTTP: 500 buyers of 37 units at 4 processes, 50 clients with one key",
        ("tests/torture/test_crowds.py",),
    ),
    Attack(
        "PAY-3",
        "SIGKILL at each named point over HTTP, with and without the client",
        ("tests/torture/test_kills.py",),
        "pay_3",
    ),
    Attack(
        "IDM-2",
        "50 clients with one key, a fifth of their connections cut",
        ("tests/torture/test_kills.py",),
        "idm_2",
    ),
    Attack(
        "E01",
        "PostgreSQL killed 5 times while people buy",
        ("tests/torture/test_restarts.py",),
    ),
    Attack(
        "E02 to E05",
        "the network to PostgreSQL cut, cut at COMMIT, slow, refused, silent while people buy",
        ("tests/torture/test_network.py",),
    ),
    Attack(
        "PAY-1, 2, 4",
        "payments at once, time-outs and lost answers of every kind",
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
        ("tests/db/orders/test_expiry.py",),
        "pay_5",
    ),
    Attack(
        "PAY-6, 7",
        "messages in any order, repeated, forged, stale",
        ("tests/api/test_gateway_events.py", "tests/db/payments/test_answers.py"),
        "pay_6 or pay_7",
    ),
    Attack(
        "RFD-1, 2",
        "refunds against refunds, cancellations and captures",
        ("tests/db/orders/test_refund_races.py",),
    ),
    Attack(
        "FUL-1 to 3",
        "shipping against cancelling, unpacking and refunds",
        ("tests/db/orders/test_fulfillment_races.py",),
    ),
    Attack(
        "errors",
        "every error that PostgreSQL throws, before and after the charge",
        ("tests/api/test_database_errors.py",),
    ),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attack ended: what was tried, and how many tests found something wrong."""

    tried: int
    violations: int
    seconds: int


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
            running.send_signal(signal.SIGINT)
            said = f"{_last_words(running)}\n{attack.ids}: cut short, for want of time"
    if running.returncode:
        print(said, file=sys.stderr)  # noqa: T201
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314 - ours
    violations = sum(case.find("failure") is not None for case in cases)
    violations += sum(case.find("error") is not None for case in cases)
    return Ending(
        tried=sum(_tried(case) for case in cases),
        violations=violations or int(running.returncode != 0),
        seconds=round(time.monotonic() - began),
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


def main() -> int:
    """Run all attacks, or those whose ids contain a word of the command line."""
    words = [word.lower() for word in sys.argv[1:]]
    chosen = [
        each for each in ATTACKS if not words or any(word in each.ids.lower() for word in words)
    ]
    print("| | attack | tried | violations | seconds |\n|---|---|---:|---:|---:|")  # noqa: T201
    violations = 0
    end = time.monotonic() + SECONDS
    with TemporaryDirectory() as folder:
        for attack in chosen:
            report = Path(folder) / f"{attack.ids}.xml"
            ending = run(attack, report, seconds=max(1.0, end - time.monotonic()))
            violations += ending.violations
            print(  # noqa: T201
                f"| {attack.ids} | {attack.how} | {ending.tried:,} | {ending.violations} |"
                f" {ending.seconds} |",
                flush=True,
            )
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
