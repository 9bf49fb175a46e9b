"""A mount that never answers holds up nobody, and one thread at most."""

import asyncio
import gc
import threading

import pytest

from app.adapters.apart import Apart


class Mount:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []
        self.answered: list[str] = []

    def __call__(self, name: str) -> str:
        self.asked.append(name)
        self.released.wait(20)
        self.answered.append(name)
        return name.upper()


@pytest.fixture
def mount():
    made = Mount()
    yield made
    made.released.set()


@pytest.mark.parametrize("apart", [True, False])
def test_a_process_ends_though_its_mount_is_frozen(mount, apart):
    """The control: asyncio waits at its end for the threads of `to_thread`."""

    async def asked() -> None:
        ask = Apart(mount).ask("a") if apart else asyncio.to_thread(mount, "a")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask

    if not apart:
        threading.Timer(0.6, mount.released.set).start()
    asyncio.run(asked())
    assert mount.asked == ["a"]
    assert (mount.answered == []) is apart


async def test_while_it_hangs_nobody_asks_anew_and_all_get_the_answer(mount):
    apart = Apart(mount)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await apart.ask("a")
    waiting = [asyncio.create_task(apart.ask("a")) for _ in range(3)]
    await asyncio.sleep(0.02)
    assert mount.asked == ["a"]
    mount.released.set()
    assert await asyncio.gather(*waiting) == ["A"] * 3
    assert await apart.ask("a") == "A"
    assert mount.asked == ["a", "a"]


async def test_what_a_question_raises_is_raised():
    def fall(name: str) -> None:
        raise PermissionError(name)

    apart = Apart(fall)
    for _ in range(2):
        with pytest.raises(PermissionError, match="a"):
            await apart.ask("a")


async def test_where_no_thread_begins_the_next_who_asks_tries_again(monkeypatch):
    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    apart = Apart(str.upper)
    with monkeypatch.context() as busy:
        busy.setattr(threading.Thread, "start", full)
        with pytest.raises(RuntimeError):
            await apart.ask("a")
    assert await apart.ask("a") == "A"


async def test_a_fault_that_comes_when_nobody_waits_is_not_complained_of(mount, caplog):
    def stale(name: str) -> None:
        mount(name)
        raise OSError(name)

    apart = Apart(stale)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await apart.ask("a")
    mount.released.set()
    with pytest.raises(OSError, match="a"):
        await apart.ask("a")
    gc.collect()
    assert not caplog.records
