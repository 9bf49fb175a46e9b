"""Lines of the log say what they are about, and nothing of what a fault says."""

import asyncio
import json
import subprocess
import sys
from uuid import UUID

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from app.adapters.logs import DEEP, TRACES, about

log = structlog.get_logger()
SITTING, LOOK = UUID(int=1), UUID(int=2)


async def test_what_a_block_is_about_stands_in_its_lines_and_its_tasks_alone():
    async def work() -> None:
        log.info("worked")

    with capture_logs([merge_contextvars]) as lines:
        with about(sitting=SITTING, epoch=3):
            log.info("began")
            task = asyncio.create_task(work())
            with about(look=LOOK):
                log.info("looked")
        log.info("after")
        await task
    ids = {"sitting": str(SITTING), "epoch": 3, "log_level": "info"}
    assert lines == [
        {"event": "began", **ids},
        {"event": "looked", "look": str(LOOK), **ids},
        {"event": "after", "log_level": "info"},
        {"event": "worked", **ids},
    ]


PERSONAL = ("Key (srn)=(ASHA001) already exists.", "asha@example.org", "Asha Rao")


class Told(Exception):
    """As of a database: its words name a row."""

    constraint_name = "account_srn_key"


def fail() -> None:
    try:
        raise Told(PERSONAL[0])
    except Told as error:
        raise ExceptionGroup(PERSONAL[1], [ValueError(PERSONAL[2])]) from error


def traced(processor) -> str:
    with capture_logs([processor]) as lines:
        try:
            fail()
        except ExceptionGroup:
            log.exception("failed")
    return lines[0]["exception"]


def test_a_trace_says_where_and_of_which_kind_and_not_what_it_says():
    text = traced(TRACES)
    assert not [it for it in PERSONAL if it in text]
    assert "test_logs.Told (account_srn_key)" in text
    assert "builtins.ExceptionGroup" in text
    assert "builtins.ValueError" in text
    assert "in fail" in text
    # The control: what structlog would write says all of it.
    assert all(it in traced(format_exc_info) for it in PERSONAL)


@pytest.mark.parametrize("causes", [1, 50])
def test_a_long_chain_of_causes_is_cut(causes):
    error = ValueError()
    for _ in range(causes):
        outer = ValueError()
        outer.__cause__, error = error, outer
    with capture_logs([TRACES]) as lines:
        log.error("failed", exc_info=error)
    assert lines[0]["exception"].count("ValueError") == min(causes, DEEP) + 1


SAID = """
import logging, structlog
from app.adapters.logs import set_up_logging
set_up_logging()
WHO = chr(65) + "SHA001"
theirs = logging.getLogger("aiohttp.server")
theirs.error("Error handling request from %s", WHO)
theirs.error("Unknown " + WHO)
logging.getLogger("asyncio").error("Task was lost\\nfuture: " + WHO)
try:
    raise ValueError(WHO)
except ValueError:
    theirs.exception("Unhandled exception of %s", WHO)
raise ValueError(WHO)
"""


def test_what_libraries_say_and_what_ends_a_process_has_no_words_of_strangers():
    done = subprocess.run(
        [sys.executable, "-c", SAID], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    lines = [json.loads(it) for it in done.stderr.splitlines()]
    assert [(it["event"], it.get("said")) for it in lines] == [
        ("library_said", "Error handling request from %s"),
        ("library_said", ""),
        ("library_said", "Task was lost"),
        ("library_said", "Unhandled exception of %s"),
        ("process_fell", None),
    ]
    assert "ASHA001" not in done.stderr
    assert all("builtins.ValueError" in it["exception"] for it in lines[3:])
    assert (lines[0]["library"], lines[0]["level"]) == ("aiohttp.server", "error")


def test_a_process_writes_one_json_object_a_line_on_its_error_output():
    program = (
        "import structlog\n"
        "from app.adapters.logs import about, set_up_logging\n"
        "set_up_logging()\n"
        "with about(sitting='s', epoch=1):\n"
        "    try: {}['ASHA001']\n"
        "    except KeyError: structlog.get_logger().exception('failed', count=2)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    [line] = done.stderr.splitlines()
    told = json.loads(line)
    assert (told["sitting"], told["epoch"], told["count"]) == ("s", 1, 2)
    assert (told["event"], told["level"]) == ("failed", "error")
    assert told["timestamp"].endswith("Z")
    assert "ASHA001" not in told["exception"].replace("{}['ASHA001']", "")
    assert done.stdout == ""
