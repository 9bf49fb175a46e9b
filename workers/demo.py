"""Demo data: a sample course, students with profile photos, a proctor.

spom demo                    adds what is missing, prints the log-ins
spom demo --photo me.jpg     makes ASHA's profile photo yours: try your own camera
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.people import NewPerson, People
from app.adapters.files import Files
from app.adapters.logs import set_up_logging
from app.adapters.signing import Signer
from app.kernel.ids import AccountId
from app.kernel.refusals import Refusal
from app.learning.content.reader import read_course
from app.learning.service.catalogue import Learning
from app.learning.service.imports import Imports
from app.learning.service.students import Students
from app.settings import read_settings
from media.faces.pictures import Picture
from workers.demo_bank import add_banks
from workers.demo_booking import add_booking, confirm_hours
from workers.demo_faces import as_jpeg, demo_pictures
from workers.house import House, open_house
from workers.loadtest.clips import Scene, make_clip

COURSE = Path(__file__).parents[1] / "app" / "learning" / "course"
PASSWORD = "study-with-care"
PHOTO_SIDE = 800
ELECTIVES = {"C": "RISK", "D": "SUST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    srn: str
    name: str
    role: Role
    number: int
    face: str | None = None

    @property
    def email(self) -> str:
        return f"{self.srn.lower()}@example.org"

    @property
    def mobile(self) -> str:
        return f"+9198765{self.number:05}"


_STUDENTS = [
    ("ASHA001", "Asha Rao"),
    ("BEN002", "Ben Thomas"),
    ("CHITRA003", "Chitra Iyer"),
    ("DEVAN004", "Devan Nair"),
    ("ESHA005", "Esha Kapoor"),
    ("GITA006", "Gita Menon"),
]
_STAFF = [
    ("PROCTOR1", "Priya Shah", Role.PROCTOR),
    ("HELP1", "Hari Das", Role.HELPDESK),
    ("ADMIN1", "Anita Bose", Role.ADMIN),
]
LOGINS = [
    DemoLogin(
        srn=srn,
        name=name,
        role=Role.STUDENT,
        number=number,
        face=name.split()[0].lower(),
    )
    for number, (srn, name) in enumerate(_STUDENTS, 1)
] + [
    # Her hours are confirmed: she books tests, and needs no camera for it.
    DemoLogin(srn="JAYA007", name="Jaya Pillai", role=Role.STUDENT, number=7),
    *(
        DemoLogin(srn=srn, name=name, role=role, number=number)
        for number, (srn, name, role) in enumerate(_STAFF, 91)
    ),
]


@click.command(name="spom demo")
@click.option(
    "--photo",
    type=click.Path(exists=True, path_type=Path),
    help="A picture of you: becomes ASHA001's profile photo.",
)
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    help="Also write each student's face as a webcam clip (.mjpeg) into this folder.",
)
@click.option(
    "--ready", is_flag=True, help="Students have agreed to the camera and picked."
)
@click.option("--json", "as_json", is_flag=True, help="Print the log-ins as JSON.")
def main(photo: Path | None, clips: Path | None, ready: bool, as_json: bool) -> None:
    """Adds the sample course and demo people; safe to repeat."""
    set_up_logging()
    asyncio.run(_add(photo, ready=ready))
    if clips is not None:
        write_clips(clips)
    _print(as_json)


async def _add(photo: Path | None, *, ready: bool) -> None:
    async with open_house(read_settings()) as house:
        files = Files(house.settings.content)
        imports = Imports(house.desk.db, house.desk.clock, files)
        await imports.run(read_course(COURSE), COURSE)
        pictures, accounts = demo_pictures(), {}
        for login in LOGINS:
            accounts[login.srn] = await _add_login(house, login, pictures)
            if ready and login.role is Role.STUDENT:
                await _make_ready(house, login)
        staff = accounts["ADMIN1"], accounts["HELP1"]
        await add_booking(house, accounts["JAYA007"], *staff)
        if not ready:
            await add_banks(house, accounts["ADMIN1"])
            await confirm_hours(house, accounts["GITA006"], *staff)
        if photo is not None:
            await _replace_photo(house, photo)


async def _add_login(
    house: House, login: DemoLogin, pictures: dict[str, Picture]
) -> AccountId:
    account = await People(house.gatehouse).add(_person(login))
    if login.face is not None and not await house.photos.has_photo(account):
        await house.photos.set_photo(account, as_jpeg(pictures[login.face]))
    return account


async def _make_ready(house: House, login: DemoLogin) -> None:
    """As after their first visit: consents given, electives picked."""
    account = await People(house.gatehouse).add(_person(login))
    signer = Signer(house.settings.secret.get_secret_value())
    consents, version = Consents(house.gatehouse, signer), current_notice().version
    await consents.give(account, list(Purpose), version, "demo")
    db, clock = house.desk.db, house.desk.clock
    students = Students(db, clock, Learning(db))
    for set_code, module in ELECTIVES.items():
        await students.pick(account, set_code, module)


def _person(login: DemoLogin) -> NewPerson:
    return NewPerson(
        srn=login.srn,
        name=login.name,
        role=login.role,
        password=PASSWORD,
        email=login.email,
        mobile=login.mobile,
    )


async def _replace_photo(house: House, photo: Path) -> None:
    picture = cv2.imread(str(photo))
    if picture is None:
        raise SystemExit(f"{photo} is not a picture: give a JPEG or PNG file.")
    scale = PHOTO_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale)
    account = await People(house.gatehouse).add(_person(LOGINS[0]))
    try:
        await house.photos.set_photo(account, as_jpeg(picture.astype(np.uint8)))
    except Refusal as refusal:
        raise SystemExit(refusal.message) from None


def write_clips(folder: Path) -> None:
    """One .mjpeg a student, for Chromium's `--use-file-for-fake-video-capture`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in demo_pictures().items():
        path = folder / f"{name}.mjpeg"
        if not path.exists():
            make_clip(path, [Scene(picture=picture, seconds=6)])


def _print(as_json: bool) -> None:
    for login in LOGINS:
        row = {"srn": login.srn, "name": login.name, "role": login.role}
        if as_json:
            click.echo(json.dumps({**row, "password": PASSWORD}))
        else:
            click.echo(f"{login.role:8} {login.srn:10} {PASSWORD}   {login.name}")


if __name__ == "__main__":
    main()
