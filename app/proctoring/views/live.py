"""The live socket: one a page. States go out; presence and hints come in.

Nothing a page says adds time: presence counts only with video that arrives.
"""

import asyncio
import json
import time
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import Field, TypeAdapter, ValidationError

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import LOGINS, TOKEN, WHO
from app.adapters.bodies import Body
from app.adapters.figures import LIVE_CUT, LIVE_PAGES
from app.adapters.http import require_origin
from app.adapters.live import Hub, Watcher
from app.adapters.tasks import alongside
from app.booking.service.desk import seats_topic
from app.exams.service.exams import exam_topic
from app.kernel.ids import SittingId
from app.kernel.refusals import Forbidden, Refusal, TooMany, Unavailable
from app.portals.service import NEWS
from app.proctoring.service.desk import WALL, topic_of
from app.proctoring.service.moving import Moving
from app.proctoring.service.presence import Presence, Told
from app.proctoring.views.api import SITTINGS
from app.proctoring.views.opening import NODES

HUB = web.AppKey("hub", Hub)
PRESENCE = web.AppKey("presence", Presence)
NEWS_MINE, SEATS_MINE, STUDENT_MINE = "news:mine", "seats:me", "student:me"
EXAM_MINE = "exam:me"
STREAM = "stream"
"""Of a page's own video; sent without being asked for, and by this process alone."""
SOCKETS: "web.AppKey[set[_Page]]" = web.AppKey("sockets")
MESSAGE_MAX = 4 * 1024
MESSAGES_A_SECOND = 20
LOGIN_CHECK_EVERY_S = 1.0
CLOSE_PATIENCE_S = 0.5
SEND_PATIENCE_S = 10
LOG_IN_AGAIN = 4401
TOPICS_MOST = 40
SLOTS = (
    r"slots:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:20[0-9]{2}-(?:0[1-9]|1[0-2])"
)
TOPICS = rf"^(?:student:me|wall|news:mine|seats:me|exam:me|{SLOTS})$"
"""Availability (`slots:CENTRE:MONTH`) is every student's to see."""


class Subscribe(Body):
    type: Literal["subscribe"]
    topics: list[Annotated[str, Field(pattern=TOPICS)]] = Field(max_length=TOPICS_MOST)


class PresenceSaid(Body):
    type: Literal["presence"]
    sitting: UUID
    epoch: int
    visible: bool
    active: bool = True
    topic: str | None = Field(None, pattern=r"^[a-z0-9-]{1,60}$")


class Streaming(Body):
    type: Literal["streaming"]
    sitting: UUID
    epoch: int


Said = Annotated[Subscribe | PresenceSaid | Streaming, Field(discriminator="type")]
_said: TypeAdapter[Subscribe | PresenceSaid | Streaming] = TypeAdapter(Said)


class NotYourTopic(Forbidden):
    """This topic is for another role than yours."""


class BadMessage(Refusal):
    """This message cannot be read."""


def routes() -> list[web.RouteDef]:
    return [web.get("/live", live)]


async def live(request: web.Request) -> web.StreamResponse:
    """Upgrades to the socket; without a login it closes with 4401."""
    require_origin(request)
    socket = web.WebSocketResponse(heartbeat=10, max_msg_size=MESSAGE_MAX)
    await socket.prepare(request)
    if WHO not in request:
        await socket.close(code=LOG_IN_AGAIN, message=b"log in")
        return socket
    page = _Page(request, socket)
    request.app[SOCKETS].add(page)
    LIVE_PAGES.inc()
    try:
        async with alongside(page.send_states()):
            await page.listen()
    except ConnectionError:
        pass  # The page left at once.
    finally:
        LIVE_PAGES.dec()
        request.app[SOCKETS].discard(page)
        request.app[HUB].leave(page.watcher)
        request.app[PRESENCE].gone(page)
    return socket


def moving(app: web.Application) -> Moving:
    """For the pages whose sockets end in this process."""
    streaming = app[PRESENCE].streaming
    return Moving(app[NODES], streaming, _tell_gone, now=time.monotonic)


def _tell_gone(page: object, sitting: SittingId, epoch: int) -> None:
    """The media node that this page streams to is gone: it connects to another."""
    assert isinstance(page, _Page)
    state = {"sitting": str(sitting), "epoch": epoch, "gone": True}
    page.watcher.put(STREAM, json.dumps({"topic": STREAM, "state": state}))


async def watch_logins(app: web.Application) -> None:
    """Sockets die with their login and keep it alive: one statement for them all."""
    while True:
        await asyncio.sleep(LOGIN_CHECK_EVERY_S)
        open_pages = app[SOCKETS]
        pages = list(open_pages)
        if not pages:
            continue
        try:
            alive = await app[LOGINS].who_of(list({page.token for page in pages}))
        except Unavailable:
            continue  # The database is away: that ends nobody's login.
        dead = [page for page in pages if page.token not in alive]
        await asyncio.gather(*(page.log_out() for page in dead))


class _Page:
    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._app = request.app
        self.token = request[TOKEN]
        self._transport = request.transport
        self._who: Identity = request[WHO]
        self._socket = socket
        self._second = 0.0
        self._messages = 0
        self.watcher = Watcher()
        self._topics: set[str] = set()

    async def cut(self) -> None:
        """This process stops; the page comes back to another."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def send_states(self) -> None:
        """A page that takes no state for ten seconds is cut; it will come back."""
        while True:
            for text in await self.watcher.take():
                try:
                    async with asyncio.timeout(SEND_PATIENCE_S):
                        await self._socket.send_str(text)
                except (TimeoutError, ConnectionError):
                    LIVE_CUT.inc()
                    await self._socket.close(code=WSCloseCode.GOING_AWAY)
                    return

    async def log_out(self) -> None:
        """The page goes to the login page by itself."""
        try:
            async with asyncio.timeout(CLOSE_PATIENCE_S):
                await self._socket.close(code=LOG_IN_AGAIN, message=b"log in")
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()

    async def listen(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                self._not_too_many()
                await self._hear(message.data)
            except Refusal as refusal:
                answer = {"code": refusal.code(), "detail": refusal.message}
                await self._socket.send_json({"type": "error", **answer})

    def _not_too_many(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._second > 1:
            self._second, self._messages = now, 0
        self._messages += 1
        if self._messages > MESSAGES_A_SECOND:
            raise TooMany

    async def _hear(self, text: str) -> None:
        try:
            said = _said.validate_json(text)
        except ValidationError as error:
            raise BadMessage from error
        match said:
            case Subscribe(topics=topics):
                self._watch(topics)
            case PresenceSaid():
                self._app[PRESENCE].report(
                    self,
                    self._who.account,
                    SittingId(said.sitting),
                    said.epoch,
                    Told(visible=said.visible, active=said.active, topic=said.topic),
                )
            case Streaming():
                await self._app[SITTINGS].streaming(
                    self._who.account, SittingId(said.sitting), said.epoch
                )

    def _watch(self, topics: list[str]) -> None:
        allowed = {self._allowed(topic) for topic in topics}
        if len(self._topics | allowed) > TOPICS_MOST:
            raise TooMany
        self._topics |= allowed
        for topic in allowed:
            self._app[HUB].watch(self.watcher, topic)

    def _allowed(self, topic: str) -> str:
        if topic == NEWS_MINE:
            return NEWS[0] if self._who.role is Role.STUDENT else NEWS[1]
        needed = Role.PROCTOR if topic == WALL else Role.STUDENT
        if self._who.role is not needed:
            raise NotYourTopic
        if topic == SEATS_MINE:
            return seats_topic(self._who.account)
        if topic == EXAM_MINE:
            return exam_topic(self._who.account)
        return topic_of(self._who.account) if topic == STUDENT_MINE else topic
