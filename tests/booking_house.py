"""The real app, a town full of students who are logged in, and no cameras."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg

from app.accounts.views.guard import COOKIE
from tests.house import PROCESSES, House, answers, free_port

MODULE, MONTH = "TOWN", "2099-05"
_COURSE = """
INSERT INTO study_set (code, title, mandatory) VALUES ('T', 'Town', true);
INSERT INTO module (code, set_code, title, hours, summary, position)
VALUES ('TOWN', 'T', 'Town', 0.0000000000001, '', 1);
INSERT INTO centre (centre_id, code, name, city, address, time_zone, capacity, made_at)
VALUES (gen_random_uuid(), 'TOWN1', 'Institute', 'Kochi', '1 Main Road', 'Asia/Kolkata',
    100, now())"""
"""A module of no hours: everybody is fit to book its test."""
_SLOTS = """
INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at, closes_at,
    capacity, made_at)
SELECT gen_random_uuid(), centre_id, at::date, at, at + interval '2 hours',
    now() - interval '1 day', at - interval '1 day', $2, now()
FROM centre, generate_series(1, $1) AS n,
    LATERAL (SELECT '2099-05-01 06:00Z'::timestamptz + n * interval '3 hours') AS t (at)
WHERE code = 'TOWN1' RETURNING slot_id"""
_STUDENTS = """
INSERT INTO account (account_id, srn, name, role, password_hash, password_set_at,
    created_at, email)
SELECT gen_random_uuid(), 'TOWN' || lpad(n::text, 5, '0'), 'Of many', 'student', 'x',
    now(), now(), 'town' || n || '@example.org'
FROM generate_series(1, $1) AS n"""
_LOGINS = """
WITH the AS (
    INSERT INTO device (device_id, account_id, token_hash, name, first_seen_at,
        last_seen_at, proved_at)
    SELECT gen_random_uuid(), account_id, sha256(srn::bytea), 'A browser', now(), now(),
        now()
    FROM account WHERE srn LIKE 'TOWN%' RETURNING device_id, account_id)
INSERT INTO login (token_hash, login_id, account_id, device_id, remembered, ways,
    proved_at, network, place, created_at, last_seen_at)
SELECT sha256(srn::bytea), gen_random_uuid(), account_id, device_id, false,
    '{password,code}', now(), '127.0.0.1/32', 'here', now(), now()
FROM the JOIN account USING (account_id)
RETURNING account_id, (SELECT srn FROM account a WHERE a.account_id = login.account_id)
"""
"""The token of each login is the student's number."""


@dataclass(frozen=True)
class Dweller:
    """A student and the headers of their browser."""

    account: UUID
    headers: dict[str, str]


class BookingHouse(House):
    """The app alone, in so many processes, each on a port of its own, on an empty
    database. The first, `app`, has the port that the house is known by."""

    def __init__(
        self, folder: Path, database_url: str, redis_url: str, *, apps: int = 1
    ) -> None:
        names = ["app", *(f"app{number}" for number in range(1, apps))]
        processes = {name: PROCESSES["app"] for name in names}
        super().__init__(folder, database_url, redis_url, processes=processes)
        ports = [self.app_port, *(free_port() for _ in names[1:])]
        self.ports = dict(zip(names, ports, strict=True))

    def environment_of(self, name: str) -> dict[str, str]:
        return {**self.environment, "SPOM_APP_PORT": str(self.ports[name])}

    def url_of(self, name: str) -> str:
        return f"http://localhost:{self.ports[name]}"

    def wait_until_well(self, patience_s: float = 60) -> None:
        deadline = time.monotonic() + patience_s
        while not all(self.is_well(name) for name in self.processes):
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def is_well(self, name: str) -> bool:
        return name in self.running and answers(f"{self.url_of(name)}/healthz")

    async def fill(
        self, students: int, slots: int, capacity: int
    ) -> tuple[list[Dweller], list[UUID]]:
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute(_COURSE)
            made = await connection.fetch(_SLOTS, slots, capacity)
            await connection.execute(_STUDENTS, students)
            rows = await connection.fetch(_LOGINS)
        finally:
            await connection.close()
        dwellers = [
            Dweller(row["account_id"], self.headers(row["srn"])) for row in rows
        ]
        return dwellers, [row["slot_id"] for row in made]

    def headers(self, token: str) -> dict[str, str]:
        """As a browser with this login sends them from our own pages."""
        key = self.environment["SPOM_SECRET"].encode()
        csrf = hmac.new(key, f"csrf:{token}".encode(), hashlib.sha256).hexdigest()
        return {
            "Cookie": f"{COOKIE}={token}",
            "Origin": self.url,
            "X-CSRF-Token": csrf,
        }

    async def open_topic(
        self, http: aiohttp.ClientSession, who: Dweller, topic: str
    ) -> aiohttp.ClientWebSocketResponse:
        socket = await http.ws_connect(f"{self.url}/live", headers=who.headers)
        await socket.send_json({"type": "subscribe", "topics": [topic]})
        return socket
