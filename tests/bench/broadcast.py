"""A bare aiohttp broadcast: what it is told, every socket hears.

`python -m tests.bench.broadcast PORT`
"""

import sys
import time

import uvloop
from aiohttp import web


def application() -> web.Application:
    sockets: list[web.WebSocketResponse] = []

    async def join(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        sockets.append(socket)
        async for _ in socket:
            pass
        return socket

    async def say(request: web.Request) -> web.StreamResponse:
        text = await request.text()
        at = time.monotonic()
        for socket in sockets:
            await socket.send_str(text)
        return web.json_response({"at": at})

    async def is_well(_: web.Request) -> web.StreamResponse:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/ws", join), web.post("/say", say)])
    app.add_routes([web.get("/healthz", is_well)])
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
