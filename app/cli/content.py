"""`spom content import`: what authors wrote becomes what students read."""

import asyncio
from pathlib import Path

import click

from app.adapters.files import Files
from app.cli.opening import gatehouse_here
from app.kernel.refusals import Refusal
from app.learning.content.reader import read_course
from app.learning.domain.catalogue import StudySet
from app.learning.domain.imports import ImportReport
from app.learning.service.imports import Imports
from app.settings import read_settings


@click.group()
def content() -> None:
    """Sets, modules and topics, authored as a folder of Markdown."""


@content.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check, and import nothing.")
@click.option(
    "--retire", is_flag=True, help="Also retire modules that FOLDER does not have."
)
def import_content(folder: Path, dry_run: bool, retire: bool) -> None:
    """Imports FOLDER whole, or says what is wrong by file and line.

    FOLDER/A/set.toml, FOLDER/A/CEL/module.toml, FOLDER/A/CEL/01-topic.md and
    FOLDER/A/CEL/files/. Importing again updates; nobody's history is lost.
    """
    try:
        sets = read_course(folder)
        if dry_run:
            _say_read(sets)
            return
        report = asyncio.run(_import(sets, folder, retire))
    except (Refusal, ValueError) as refusal:
        raise SystemExit(f"{refusal}\nNothing was imported.") from None
    for line in report.lines():
        click.echo(line)
    _say_read(sets)


async def _import(sets: list[StudySet], folder: Path, retire: bool) -> ImportReport:
    files = Files(read_settings().content)
    async with gatehouse_here() as house:
        return await Imports(house.db, house.clock, files).run(
            sets, folder, retire=retire
        )


def _say_read(sets: list[StudySet]) -> None:
    modules = [module for it in sets for module in it.modules]
    topics = sum(len(it.topics) for it in modules)
    click.echo(f"{len(sets)} sets, {len(modules)} modules, {topics} topics: all well.")
