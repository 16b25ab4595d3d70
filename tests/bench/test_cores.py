"""The time of a process is its own, its threads' and its children's."""

import os
import subprocess
import sys
import time

from bench import cores

BUSY = "import time\nwhile time.process_time() < 0.2: pass\n"


def test_time_that_was_spent_is_counted() -> None:
    before = cores.cpu_seconds(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert cores.cpu_seconds(os.getpid()) - before >= 0.04


def test_a_child_counts_while_it_lives_and_when_it_is_gone() -> None:
    before = cores.cpu_seconds(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", f"{BUSY}print()\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout
        child.stdout.readline()
        assert cores.cpu_seconds(os.getpid()) - before >= 0.15
        child.communicate(b"\n")
    assert cores.cpu_seconds(os.getpid()) - before >= 0.15


def test_a_process_that_is_gone_has_spent_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert cores.cpu_seconds(child.pid) == 0


def test_memory_is_counted_in_bytes() -> None:
    assert cores.resident_bytes(os.getpid()) > 10_000_000
