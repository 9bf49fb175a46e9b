"""`spom loadtest`: scripted students and proctors against a deployment."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from app.adapters.clock import AnchoredClock
from app.adapters.logs import set_up_logging
from media.faces.packs import PackError
from workers.loadtest.cost import House, Meter, Reads
from workers.loadtest.cost_elsewhere import BadFigures, Elsewhere, read_addresses
from workers.loadtest.people import (
    BadPeople,
    Person,
    enrol_here,
    read_people,
    write_people,
)
from workers.loadtest.plan import KINDS, MIX, BadMix, plan, read_mix
from workers.loadtest.preflight import CannotGo, check_times, look_at
from workers.loadtest.progress import Progress
from workers.loadtest.report import Told, figures_of, write_report
from workers.loadtest.run import Wanted, run
from workers.loadtest.settings import LOCAL, Settings, read_settings

ERRORS_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The options, as they were given."""

    url: str | None
    students: int
    proctors: int
    ramp: float
    duration: float
    mix: str
    seed: int
    module: str
    processes: int
    figures: tuple[str, ...]
    people_file: Path | None
    out: Path


@click.group(name="spom loadtest", invoke_without_command=True)
@click.option("--url", help="The deployment; the house of `spom up` by itself.")
@click.option("--students", default=50, show_default=True, type=click.IntRange(1))
@click.option("--proctors", default=1, show_default=True, type=click.IntRange(0))
@click.option(
    "--ramp", default=60.0, show_default=True, help="Seconds until all are in."
)
@click.option("--duration", default=300.0, show_default=True, help="Seconds in all.")
@click.option("--mix", default=MIX, show_default=True, help=f"Of {', '.join(KINDS)}.")
@click.option("--seed", default=1, show_default=True, help="The same: the same test.")
@click.option("--module", default="CEL", show_default=True, help="What they study.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--figures", multiple=True, help="KIND=URL of a process's SPOM_METRICS; repeat it."
)
@click.option(
    "--people",
    "people_file",
    type=click.Path(exists=True, path_type=Path),
    help="The file of `spom loadtest people`.",
)
@click.option(
    "--out",
    default="loadtest",
    show_default=True,
    type=click.Path(path_type=Path),
    help="OUT.json and OUT.html are written.",
)
@click.pass_context
def main(context: click.Context, /, **options: object) -> None:
    """Scripted students stream their faces by WebRTC, are looked at, drop off and come
    back; scripted proctors watch the wall. Writes OUT.json and OUT.html.

    Beside `spom up` it adds the people it needs and measures what the server's
    processes spend. Elsewhere name a file of people (`spom loadtest people`), and with
    --figures where its processes show theirs. The
    deployment needs SPOM_POLICY_DEVICE_CHECK=false, and where it does not show codes at
    /outbox SPOM_ACCOUNTS_SECOND_FACTOR_ON_NEW_DEVICE=false.
    """
    set_up_logging()
    if context.invoked_subcommand is None:
        sys.exit(asyncio.run(_test(_Asked(**options))))  # type: ignore[arg-type]


@main.command()
@click.option(
    "--students", default=300, show_default=True, type=click.IntRange(1, 50_000)
)
@click.option("--proctors", default=2, show_default=True, type=click.IntRange(0, 100))
@click.argument("file", type=click.Path(path_type=Path))
def people(students: int, proctors: int, file: Path) -> None:
    """Adds people here, and writes the FILE of them."""
    wanted, added = asyncio.run(enrol_here(students, proctors))
    write_people(file, wanted)
    click.echo(f"{added} people added; {file} opens their accounts: keep it safe.")


async def _test(asked: _Asked) -> int:
    settings = read_settings()
    url = (asked.url or settings.app_url).rstrip("/")
    try:
        check_times(asked.ramp, asked.duration)
        await look_at(url)
        mix = read_mix(asked.mix)
        parts = plan(asked.students, ramp_s=asked.ramp, mix=mix, seed=asked.seed)
        here = settings.is_here(url)
        meter = _meter(settings, read_addresses(asked.figures), here=here)
        studying, watching = await _people(asked, here=here)
    except (BadFigures, BadMix, BadPeople, CannotGo) as error:
        raise SystemExit(str(error)) from None
    wanted = Wanted(
        url=url,
        module=asked.module,
        plan=parts,
        people=studying,
        proctors=watching,
        ramp_s=asked.ramp,
        duration_s=asked.duration,
        crews=asked.processes,
        pack=settings.pack,
        spread=urlsplit(url).hostname in LOCAL,
        meter=meter,
    )
    told = Told(
        url=url,
        began_at=AnchoredClock().now().isoformat(timespec="seconds"),
        students=asked.students,
        proctors=asked.proctors,
        ramp_s=asked.ramp,
        duration_s=asked.duration,
        mix=asked.mix,
        seed=asked.seed,
    )
    return await _run(wanted, told, asked.out)


async def _run(wanted: Wanted, asked: Told, out: Path) -> int:
    click.echo(
        f"{asked.students} students at {asked.url} for {asked.duration_s:.0f} s …"
    )
    try:
        measured = await run(wanted, Progress(len(wanted.plan)))
    except PackError as error:
        raise SystemExit(str(error)) from None
    figures = figures_of(asked, measured)
    out.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    write_report(out.with_suffix(".html"), figures)
    click.echo(
        f"\n{out.with_suffix('.html')} and {out.with_suffix('.json')} are written."
    )
    for word, count in measured.tally.errors.most_common(ERRORS_TOLD):
        click.echo(f"  {count} times {word}")
    return 0 if measured.tally.streamed else 1


async def _people(asked: _Asked, *, here: bool) -> tuple[list[Person], list[Person]]:
    """Raises BadPeople where there are too few."""
    if asked.people_file is not None:
        found = read_people(asked.people_file)
    elif here:
        found, added = await enrol_here(asked.students, asked.proctors)
        click.echo(f"{added} people added to the house." if added else "")
    else:
        raise BadPeople("Nobody to send: start it beside `spom up`, or name --people.")
    students = [it for it in found if it.role == "student"][: asked.students]
    proctors = [it for it in found if it.role == "proctor"][: asked.proctors]
    if len(students) < asked.students or len(proctors) < asked.proctors:
        raise BadPeople(
            f"Too few people: {len(students)} students of {asked.students}, and "
            f"{len(proctors)} proctors of {asked.proctors}, are in {asked.people_file}."
        )
    return students, proctors


def _meter(
    settings: Settings, addresses: dict[str, list[str]], *, here: bool
) -> Reads | None:
    if addresses:
        return Elsewhere(addresses)
    urls = {"database_url": settings.database_url, "redis_url": settings.redis_url}
    return Meter(House(**urls)) if here else None


if __name__ == "__main__":
    main(prog_name="spom loadtest")
