"""Serving our own files, and those of packages from npm."""

import json
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).parents[2]


def add_static(app: web.Application) -> None:
    """Our files, and from npm only what package.json names as a dependency."""
    app.router.add_static("/static", ROOT / "static")
    package = json.loads((ROOT / "package.json").read_text())
    for name in package.get("dependencies", {}):
        folder = ROOT / "node_modules" / name
        if folder.is_dir():
            app.router.add_static(f"/vendor/{name}", folder)
