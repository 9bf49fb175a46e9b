"""What goes wrong under load ends one script's try, and neither its crew nor the test."""

import asyncio

from workers.loadtest.crew import guarded


async def test_a_bug_in_one_student_ends_that_one_alone_and_is_told(capsys):
    done = []

    async def fails() -> None:
        raise KeyError("no such thing")

    async def goes_on() -> None:
        await asyncio.sleep(0.01)
        done.append("others")

    async with asyncio.TaskGroup() as group:
        for act in (fails, goes_on):
            group.create_task(guarded(act))
    assert done == ["others"]
    assert '"word": "bug_KeyError"' in capsys.readouterr().out
