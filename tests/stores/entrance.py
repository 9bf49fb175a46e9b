"""A gatehouse on the real database, with a clock and a letter box of our own."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from app.accounts.domain.policy import AccountPolicy
from app.accounts.service.browsers import Browser
from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit import Trail
from app.adapters.db import Database
from app.adapters.envelopes import Envelopes
from app.adapters.key_ring import KeyRing
from app.adapters.passwords import Passwords
from app.adapters.sealing import Sealer

SECRET = "s" * 40
BEGINNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class SetClock:
    """Stands still until it is moved."""

    time: datetime = BEGINNING

    def now(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class LetterBox:
    """Takes what an outbox takes, and can be read."""

    letters: list = field(default_factory=list)

    async def post(self, tx, letter, now) -> None:
        self.letters.append(letter)

    def newest(self, kind: str):
        return next(it for it in reversed(self.letters) if it.kind == kind and it.to)


class NoThrottle:
    """Rates have tests of their own."""

    async def take(self, rate, key) -> None:
        return None


def gatehouse_on(
    database: Database,
    clock: SetClock,
    outbox: LetterBox,
    policy: AccountPolicy | None = None,
) -> Gatehouse:
    sealer = Sealer(SECRET)
    return Gatehouse(
        db=database,
        clock=clock,
        passwords=Passwords(),
        sealer=sealer,
        envelopes=Envelopes(KeyRing(SECRET, None)),
        trail=Trail(sealer),
        outbox=outbox,
        policy=policy or AccountPolicy(code_again_s=0),
        url="http://localhost:8080",
    )


def browser(device: str | None = None) -> Browser:
    return Browser(
        device=device,
        network="192.0.2.7/32",
        address="192.0.2.7",
        place="India",
        name="Firefox on Linux",
    )


def run_machine(
    machine: type[RuleBasedStateMachine],
    url: str,
    *,
    examples: int,
    steps: int,
    shrink: bool = True,
) -> None:
    """With an event loop of its own and the database of `url`: the same every time.

    A control, which is to fail, need not find its shortest failure.
    """
    phases = tuple(it for it in Phase if shrink or it is not Phase.shrink)
    with asyncio.Runner() as runner:
        here = type(machine.__name__, (machine,), {"url": url, "runner": runner})
        run_state_machine_as_test(
            here,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=True,
                phases=phases,
                report_multiple_bugs=shrink,
                suppress_health_check=list(HealthCheck),
            ),
        )
