"""`spom keys`: the keys that wrap each student's data keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from app.adapters.key_keeping import KeyKeeping
from app.cli.opening import gatehouse_here
from app.kernel.refusals import Refusal


@click.group()
def keys() -> None:
    """Keys that wrap each student's data keys; the file that SPOM_KEYS names.

    A rotation: `add`, copy the file to every machine, `rotate`, `retire` the old one.
    """


@asynccontextmanager
async def _keeping() -> AsyncIterator[KeyKeeping]:
    try:
        async with gatehouse_here() as it:
            yield KeyKeeping(it.db, it.clock, it.trail, it.envelopes)
    except Refusal as refusal:
        raise SystemExit(refusal.message) from None


@keys.command("list")
def list_keys() -> None:
    """Every key, how many data keys it wraps, and which wraps new ones."""

    async def run() -> bool:
        async with _keeping() as keeping:
            lines = await keeping.list()
        for it in lines:
            marks = ["wraps new ones"] * it.newest + ["NOT HERE"] * (not it.here)
            click.echo(f"{it.key_id:32} {it.wraps:>9,}  {', '.join(marks)}".rstrip())
        return all(it.here for it in lines)

    if not asyncio.run(run()):
        raise SystemExit("A key is missing on this machine: put the file back.")


@keys.command()
@click.option("--id", "key_id", help="Else the day.")
def add(key_id: str | None) -> None:
    """Adds a random key, which wraps nothing until `rotate`."""

    async def run() -> None:
        async with _keeping() as keeping:
            click.echo(f"Added {await keeping.add(key_id)}. Keep a copy of the file.")

    asyncio.run(run())


@keys.command()
@click.option("--to", "key_id", help="Else the newest.")
def rotate(key_id: str | None) -> None:
    """Wraps every data key with the newest key, while the house works.

    Cut off, it is simply run again.
    """

    def said(done: int, left: int) -> None:
        click.echo(f"{done:,} wrapped anew, {left:,} left")

    async def run() -> dict[str, int]:
        async with _keeping() as keeping:
            found = await keeping.rotate(key_id, said)
        click.echo(f"New data keys are wrapped with {found.key_id}.")
        return dict(found.left)

    if left := asyncio.run(run()):
        what = ", ".join(f"{n:,} with {it}" for it, n in sorted(left.items()))
        raise SystemExit(
            f"These could not be opened here, and stay as they are: {what}"
        )


@keys.command()
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Takes a key that wraps nothing out of the file, for ever."""

    async def run() -> None:
        async with _keeping() as keeping:
            await keeping.retire(key_id)

    asyncio.run(run())
    click.echo(f"{key_id} is gone from this file; destroy its copies too.")
