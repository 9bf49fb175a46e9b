"""What stands beside our code in the image: how it is asked, and what it leaves out."""

import asyncio
import importlib.util
import re
import socket
from pathlib import Path

import pytest

from app.adapters.metrics import figures_at

ROOT = Path(__file__).parents[2]


def loaded(name):
    path = ROOT / "deploy" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def ready():
    raise OSError  # Not ready is no reason to be started anew.


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_a_process_that_runs_is_well(host):
    healthy = loaded("healthy")
    async with figures_at(f"{host}:0", ready) as port:
        assert await in_thread(healthy.is_well, f"{host}:{port}")
    assert not await in_thread(healthy.is_well, f"{host}:{port}")


@pytest.mark.parametrize("address", ["", "nowhere", "127.0.0.1:x"])
def test_what_shows_no_figures_is_not_well(address):
    assert not loaded("healthy").is_well(address)


async def test_who_hangs_is_not_well():
    healthy = loaded("healthy")
    healthy.PATIENCE_S = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert not await in_thread(healthy.is_well, address)


async def in_thread(call, argument):
    return await asyncio.to_thread(call, argument)


def test_tools_of_tests_are_left_out_of_the_image_and_nothing_else():
    left_out = loaded("unneeded").unneeded((ROOT / "pyproject.toml").read_text())
    tools = {"pytest", "mypy", "playwright", "moto", "hypothesis", "ruff"}
    assert tools <= set(left_out)
    needed = {"aiohttp", "asyncpg", "hiredis", "opencv-python-headless", "scipy"}
    assert not needed & set(left_out)


def patterns():
    return (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().split()


def is_sent(path: str, ignored: list[str]) -> bool:
    """As Docker reads the file: of what fits a path or a folder above it, the last."""
    parts, sent = path.split("/"), True
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for it in ignored:
        regex = re.escape(it.removeprefix("!")).replace(r"\*\*/", "(.*/)?")
        regex = regex.replace(r"\*", "[^/]*")
        if any(re.fullmatch(regex, one) for one in above):
            sent = it.startswith("!")
    return sent


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".venv/bin/python", "node_modules/katex/package.json"),
        *("var/postgres/PG_VERSION", "tests/house.py", "deploy/.env"),
        *("deploy/house.env", "app/.env.local", "static/.DS_Store"),
        *("workers/.demo.py.swp", "media/__pycache__/peer.cpython-311.pyc"),
    ],
)
def test_what_a_developer_has_beside_our_files_stays_out_of_the_image(path):
    assert not is_sent(path, patterns())
    assert is_sent(path, [])


def test_what_the_image_is_made_of_is_sent():
    wanted = {".npmrc", "package.json", "app/main.py", "deploy/spom", "static/icon.svg"}
    assert {it for it in wanted if not is_sent(it, patterns())} == set()
    assert not is_sent(".npmrc", ["**/.*"])
