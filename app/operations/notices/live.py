"""The live topics `news:students` and `news:staff`: notices and windows."""

from collections.abc import Mapping, Sequence

from app.adapters.live import JsonState
from app.operations.notices.domain import Audience
from app.operations.notices.service import Notices
from app.portals.service import Portals
from app.portals.views import shown

AUDIENCES = {"students": Audience.STUDENTS, "staff": Audience.STAFF}


class News:
    def __init__(self, notices: Notices, portals: Portals) -> None:
        self._notices = notices
        self._portals = portals

    async def states(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        windows = [shown(it) for it in await self._portals.announced(fresh=True)]
        found: dict[str, JsonState] = {}
        for part in ids:
            audiences = {Audience.EVERYBODY, AUDIENCES[part]}
            notices = await self._notices.current(audiences, fresh=True)
            told = [{"text": it.text, "tone": it.tone} for it in notices]
            found[part] = {"notices": told, "windows": windows}
        return found
