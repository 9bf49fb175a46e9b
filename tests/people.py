"""People and a course to test with, put into a database once."""

from pathlib import Path

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Role
from app.accounts.domain.policy import AccountPolicy
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.gatehouse import open_gatehouse
from app.accounts.service.people import NewPerson, People
from app.accounts.service.photos import Photos
from app.adapters import db
from app.adapters.clock import AnchoredClock
from app.adapters.files import Files
from app.adapters.signing import Signer
from app.kernel.findings import Template
from app.learning.content.reader import read_course
from app.learning.service.imports import Imports
from app.settings import Settings

COURSE = Path(__file__).parents[1] / "app" / "learning" / "course"
SECRET = "s" * 40
PASSWORD = "a good long password"
# The beginning of a JPEG of 200 x 250: enough for everybody but a face engine.
PHOTO = bytes.fromhex("ffd8ffe000021100ffc0000b0800fa00c801011100").replace(
    b"\x00\x02\x11\x00", b"\x00\x02"
) + bytes(200)


MOBILES = {
    "ASHA001": "+919876500001",
    "BEN002": "+919876500002",
    "PROCTOR1": "+919876500091",
    "HELP1": "+919876500092",
    "ADMIN1": "+919876500093",
}


def someone(srn: str, name: str, role: Role) -> NewPerson:
    return NewPerson(
        srn=srn,
        name=name,
        role=role,
        password=PASSWORD,
        email=f"{srn.lower()}@example.org",
        mobile=MOBILES[srn],
    )


async def people_database(url: str, content: Path) -> None:
    """Two students, one with a face, one of each kind of staff, the sample course."""
    database, clock = await db.connect(url), AnchoredClock()
    settings = Settings(
        DATABASE_URL=url, REDIS_URL="", secret=SECRET, accounts=AccountPolicy()
    )
    gatehouse = open_gatehouse(database, clock, settings)
    people, photos = People(gatehouse), Photos(database, clock, gatehouse.envelopes)
    asha = await people.add(someone("ASHA001", "Asha Rao", Role.STUDENT))
    ben = await people.add(someone("BEN002", "Ben Thomas", Role.STUDENT))
    await people.add(someone("PROCTOR1", "Priya Shah", Role.PROCTOR))
    await people.add(someone("HELP1", "Hari Das", Role.HELPDESK))
    await people.add(someone("ADMIN1", "Anita Bose", Role.ADMIN))
    await photos.set_photo(asha, PHOTO)
    consents = Consents(gatehouse, Signer(SECRET))
    for student in (asha, ben):
        version = current_notice().version
        await consents.give(student, list(Purpose), version, "a test")
    wanted = await photos.claim_wanted_reference("test")
    template = Template(pack="test", vector=bytes(2048))
    await photos.save_reference(wanted.photo, template)
    await Imports(database, clock, Files(content)).run(read_course(COURSE), COURSE)
    await database.close()
