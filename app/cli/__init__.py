"""The console command `spom`."""

from app.cli.commands import main

__all__ = ["main"]
