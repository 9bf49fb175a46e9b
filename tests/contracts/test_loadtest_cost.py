"""What the load tester says of memory, of real processes."""

import subprocess
import sys

import psutil
import pytest

from workers.loadtest.cost import House, Meter

SHARED = 64 << 20
CHILDREN = 3
SHARING = f"""
import mmap, os, sys
shared = mmap.mmap(-1, {SHARED})
def touch():
    for at in range(0, {SHARED}, 4096):
        shared[at] = 1
touch()
for _ in range({CHILDREN}):
    if os.fork() == 0:
        touch()
        break
os.write(1, b"here\\n")  # in one piece
sys.stdin.read()
"""


@pytest.fixture
def processes():
    """A parent and its children, with a piece of memory in common, as a server has."""
    with subprocess.Popen(
        [sys.executable, "-c", SHARING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        for _ in range(1 + CHILDREN):
            assert parent.stdout.readline() == b"here\n"
        found = psutil.Process(parent.pid)
        yield [found, *found.children()]
        parent.stdin.close()


def test_what_processes_of_a_server_share_counts_once(processes):
    meter = Meter(House(database_url="", redis_url=""))
    server = meter._of("postgresql", processes).memory
    # The control: each with all that it has in view.
    apart = meter._of("app", processes).memory
    assert apart > SHARED * (1 + CHILDREN)
    assert SHARED < server < apart / 2
