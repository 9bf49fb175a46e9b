"""The people of a load test: a file of log-ins, and how they are added to a house.

The file is CSV: `role,srn,password,mobile,face,totp`. `mobile` is where a new device's
code goes, as `/outbox.json` of a development house shows it; `face` whose profile photo
they have; `totp` the secret of a proctor's authenticator app, if there is one. Keep it
to yourself: it opens accounts.
"""

import csv
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.people import NewPerson, People
from app.adapters.signing import Signer
from app.kernel.ids import AccountId
from app.settings import read_settings
from workers.demo_faces import as_jpeg, demo_pictures
from workers.house import House, open_house
from workers.loadtest.authenticators import give_authenticator

NEEDED = ("role", "srn", "password", "mobile", "face")
COLUMNS = (*NEEDED, "totp")


class BadPeople(Exception):
    """The file is not as it should be; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    role: str
    srn: str
    password: str
    mobile: str
    face: str
    totp: str = ""


def scripted(students: int, proctors: int, secret: str) -> list[Person]:
    """The people that a load test adds to the house of this secret, the same every
    time: nobody else can work out how they log in, though everybody knows who they are.
    """
    faces = sorted(demo_pictures())
    return [
        Person(
            role=role,
            srn=f"LOAD{letter}{number:05}",
            password=_password(secret, f"{letter}{number:05}"),
            mobile=f"+91{first}{number:05}",
            face=faces[number % len(faces)] if role == "student" else "",
        )
        for role, letter, first, count in (
            ("student", "S", 90001, students),
            ("proctor", "P", 90002, proctors),
        )
        for number in range(1, count + 1)
    ]


def _password(secret: str, who: str) -> str:
    said = f"load test {who}".encode()
    return hmac.new(secret.encode(), said, "sha256").hexdigest()[:24]


def write_people(path: Path, people: Iterable[Person]) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)  # where it was there before
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(asdict(it) for it in people)


def read_people(path: Path) -> list[Person]:
    """Raises BadPeople naming the line."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        missing = [it for it in NEEDED if it not in (rows.fieldnames or ())]
        if missing:
            raise BadPeople(f"{path} has no column {', '.join(missing)}.")
        found = [_person(path, number, row) for number, row in enumerate(rows, 2)]
    faces = demo_pictures().keys()
    for number, it in enumerate(found, 2):
        if it.role == "student" and it.face not in faces:
            known = ", ".join(sorted(faces))
            raise BadPeople(f"{path}, line {number}: a student's face is of {known}.")
    return found


def _person(path: Path, number: int, row: dict[str, str]) -> Person:
    person = Person(**{it: (row.get(it) or "").strip() for it in COLUMNS})
    if person.role not in ("student", "proctor") or not person.srn:
        raise BadPeople(f"{path}, line {number}: a student or a proctor with an SRN.")
    return person


async def enrol_here(students: int, proctors: int) -> tuple[list[Person], int]:
    """Scripted people in the house of DATABASE_URL and the rest of its settings; how
    many of them it added."""
    settings = read_settings()
    people = scripted(students, proctors, settings.secret.get_secret_value())
    async with open_house(settings) as house:
        return await enrol(house, people)


async def enrol(house: House, people: Sequence[Person]) -> tuple[list[Person], int]:
    """Adds who is missing, with photo and consents; how many it added. Each proctor has
    a new authenticator app: the people returned know its secret."""
    known = await People(house.gatehouse).known([it.srn for it in people])
    missing = [it for it in people if it.srn not in known]
    photos = {who: as_jpeg(it) for who, it in demo_pictures().items()}
    for person in missing:
        account = await People(house.gatehouse).add(_account(person))
        if person.role == "student":
            await house.photos.set_photo(account, photos[person.face])
            await _consent(house, account)
    return [await _with_authenticator(house, it) for it in people], len(missing)


async def _with_authenticator(house: House, person: Person) -> Person:
    if person.role != "proctor":
        return person
    found = await People(house.gatehouse).find(person.srn)
    return replace(person, totp=await give_authenticator(house.gatehouse, found))


async def _consent(house: House, account: AccountId) -> None:
    signer = Signer(house.settings.secret.get_secret_value())
    consents, version = Consents(house.gatehouse, signer), current_notice().version
    await consents.give(account, list(Purpose), version, "load test")


def _account(person: Person) -> NewPerson:
    return NewPerson(
        srn=person.srn,
        name=f"Load Test {person.srn[-5:]}",
        role=Role(person.role),
        password=person.password,
        email=f"{person.srn.lower()}@example.org",
        mobile=person.mobile,
    )
