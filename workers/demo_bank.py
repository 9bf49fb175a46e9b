"""Demo data of tests: a question bank, its blueprint, and a student who may sit it."""

from pathlib import Path

from app.adapters.files import Files
from app.exams.domain.blueprints import Blueprint, Part
from app.exams.domain.gift import read_gift
from app.exams.service.bank import Bank
from app.exams.service.blueprints import Blueprints
from app.kernel.ids import AccountId, ModuleCode
from workers.demo_booking import CONFIRMED
from workers.house import House

BANK = Path(__file__).with_name("demo_bank.gift")
PAPER = Blueprint(
    parts=(Part(tag="members", count=4), Part(tag="numbers", count=4)),
    duration_s=900,
    remote=True,
)


async def add_banks(house: House, admin: AccountId) -> None:
    """Of the modules whose test can be booked; safe to repeat."""
    bank = Bank(house.gatehouse, Files(house.settings.content))
    blueprints = Blueprints(house.gatehouse)
    for module in CONFIRMED:
        if await blueprints.current(module) is None:
            await bank.take(admin, module, "gift", read_gift(BANK.read_bytes()))
            await blueprints.save(admin, ModuleCode(module), PAPER)
