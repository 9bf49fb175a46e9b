"""`spom status` beside a house that runs."""

import asyncio
import json
import subprocess

from tests.house import PYTHON, ROOT


async def test_a_house_that_runs_is_well(house):
    def ask() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PYTHON, "-m", "app", "status", "--json"],
            env=house.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = await asyncio.to_thread(ask)
    marks = {it["part"]: it["mark"] for it in json.loads(done.stdout)["parts"]}
    # The matcher says once a minute that it runs, and Redis was emptied just now.
    assert marks.pop("Queues") in ("well", "look at")
    assert set(marks.values()) == {"well"}, done.stdout
    assert done.returncode == 0
    assert done.stderr == ""
