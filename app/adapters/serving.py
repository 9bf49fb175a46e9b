"""Runs the web application of a process."""

import gc

import uvloop
from aiohttp import web

KEEP_ALIVE_S = 30
STOP_WITHIN_S = 3


def run(app: web.Application, host: str, port: int) -> None:
    """Until SIGINT or SIGTERM."""
    uvloop.install()
    app.on_startup.append(_settle)
    web.run_app(
        app,
        host=host,
        port=port,
        access_log=None,
        print=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=STOP_WITHIN_S,
    )


async def _settle(_: web.Application) -> None:
    """What is loaded now lives as long as the process: the collector looks no more at
    it. Each full look took a tenth of a second, in which nobody was answered."""
    gc.collect()
    gc.freeze()
