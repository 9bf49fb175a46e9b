"""A whole sitting, by real processes: their logs name it, and nobody."""

import asyncio
import json
import re

import asyncpg

from tests.house import PASSWORD, mobile_of
from tests.media.studio import until
from tests.processes.test_whip_client import Student, student, studying

__all__ = ["student"]
ADDRESS = re.compile(rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|::1\b|::ffff:")
"""Of the internet; both families as our processes would write them."""
OF_A_SITTING = {
    "media": {"stream_began", "captured", "stream_ended"},
    "sampler": {"look_commanded"},
    "matcher": {"look_judged"},
}
PEOPLE = "SELECT name, srn, email, mobile FROM account"


class Logs:
    """What the processes of a house have written since now."""

    def __init__(self, house) -> None:
        self._house = house
        files = house.folder.glob("*.log")
        self._before = {path.name: path.stat().st_size for path in files}

    def of(self, process: str) -> bytes:
        path = self._house.folder / f"{process}.log"
        return path.read_bytes()[self._before.get(path.name, 0) :]

    def all(self) -> bytes:
        return b"".join(self.of(name) for name in self._house.processes)

    def events(self, process: str, sitting: str) -> set[str]:
        lines = [json.loads(it) for it in self.of(process).splitlines()]
        return {it["event"] for it in lines if it.get("sitting") == sitting}

    async def until_told(self, sitting: str) -> None:
        def all_told() -> bool:
            them = OF_A_SITTING.items()
            return all(told <= self.events(name, sitting) for name, told in them)

        await until(all_told)


async def personal(house) -> set[str]:
    """What the database knows of people: names as a whole and by their parts."""
    connection = await asyncpg.connect(house.database_url)
    rows = await connection.fetch(PEOPLE)
    await connection.close()
    whole = {text for row in rows for text in row.values() if text}
    parts = {part for row in rows for part in row["name"].split() if len(part) > 3}
    return whole | parts


def secrets_of(house, student: Student, opened) -> set[str]:
    cookies = {it.value for it in student.http.cookie_jar}
    return {PASSWORD, opened["ticket"], house.environment["SPOM_SECRET"], *cookies}


def found(needles: set[str], text: bytes) -> list[str]:
    said = text.lower()
    return sorted(it for it in needles if it.lower().encode() in said)


async def test_logs_of_a_sitting_name_it_and_nobody(house, student, clips):
    logs = Logs(house)
    async with studying(student, clips(("asha", 4, 1))) as opened:
        await house.until("SELECT verdict FROM sitting", "match")
        await student.http.get(f"{house.url}/api/sittings/{opened['sitting']}/nothing")
    await logs.until_told(opened["sitting"])
    kept = secrets_of(house, student, opened)
    needles = await personal(house) | kept
    written = logs.all()
    assert len(kept) >= 4
    assert len(needles) > 20
    assert found(needles, written) == []
    assert ADDRESS.findall(written) == []
    await the_control(house, student, opened, needles, written)


async def the_control(house, student, opened, needles, written) -> None:
    """The same search finds all of it where it is; and each one in a line of a log."""
    letters = await student.http.get(
        f"{house.url}/outbox.json", params={"to": mobile_of("ASHA001")}
    )
    page = await student.http.get(house.url, headers={"Accept": "text/html"})
    shown = await letters.read() + await page.read() + json.dumps(opened).encode()
    assert {"ASHA001", opened["ticket"]} <= set(found(needles, shown))
    for needle in needles:
        line = json.dumps({"event": "x", "who": needle}, ensure_ascii=False).encode()
        assert needle in found(needles, written + line)
    for address in (b"10.1.2.3", b"::ffff:10.1.2.3", b'"::1"'):
        assert ADDRESS.search(written + b'{"from": "' + address + b'"}')


async def strange(port: int) -> bytes:
    """The answer to what is no HTTP."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /\x00 ASHA001 HTTP/9.9\r\nHost : x\r\n\r\n")
    answer = await reader.read(1000)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_what_libraries_say_of_strangers_names_no_address(house):
    logs = Logs(house)
    for port in (house.app_port, house.media_port):
        assert b" 400 " in await strange(port)
    await asyncio.sleep(0.5)  # it is written after the answer
    assert ADDRESS.findall(logs.all()) == []
    assert found({"ASHA001"}, logs.all()) == []
    for line in logs.all().splitlines():
        json.loads(line)


async def test_each_line_of_a_media_node_says_which_node(house, student, clips):
    logs = Logs(house)
    async with studying(student, clips(("asha", 4, 1))) as opened:
        await house.until("SELECT verdict FROM sitting", "match")
    await logs.until_told(opened["sitting"])
    lines = [json.loads(it) for it in logs.of("media").splitlines()]
    assert len({it.get("node") for it in lines}) == 1
    assert lines[0]["node"].endswith(str(house.media_port))
