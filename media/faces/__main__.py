"""`spom faces`: packs of face models, and how well they tell people apart."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from app.adapters.calibration import Calibration, write_calibration
from app.adapters.standing import AIM, sentences, standing_of
from media.faces import official, packs
from media.faces.engine import FaceEngine
from media.faces.evaluate import Evaluation, Question, evaluation, lines, write
from media.faces.gather import (
    Found,
    compare_pairs,
    embed_all,
    read_folder,
    read_pairs,
)
from media.faces.packs import PackError
from media.faces.protocols import (
    Compared,
    one_to_one,
    one_to_several,
    several_to_several,
)

MODELS = Path("var/models")
DEFAULT = "faceplugin"
PAIRS = "pairs.csv"
TOO_LENIENT = (
    "Not adopted: at FMR {wanted:.0e} so large a share of strangers passes as the "
    "student, and looks are many. Aim at {most:.0e} or less, or say --force."
)


@click.group(
    name="spom faces", context_settings={"help_option_names": ["-h", "--help"]}
)
def main() -> None:
    """Packs of face models: fetch, list, evaluate."""


@main.command()
@click.argument("name", default=DEFAULT)
@click.option("--accept-licence", is_flag=True, help="You have read it, and accept it.")
@click.option("--url", help="Where the archive is, if not at InsightFace.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder of the models.")
def pull(name: str, accept_licence: bool, url: str | None, into: Path | None) -> None:
    """Fetches a pack: faceplugin (MIT) or an official one, such as buffalo_l."""
    folder = into or MODELS / name
    try:
        if name == DEFAULT:
            packs.install(folder)
        else:
            _pull_official(name, folder, accept_licence, url)
    except PackError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{name} is in {folder}. To use it: SPOM_PACK={folder}")


def _pull_official(name: str, folder: Path, accepted: bool, url: str | None) -> None:
    if name not in official.OFFICIAL:
        official.pull(name, folder, accepted=False, now=datetime.now(UTC))
    click.echo(official.LICENCE.format(name=name))
    agreed = accepted or click.confirm("Do you accept this?", default=False)
    shown = 0

    def progress(done: int, size: int) -> None:
        nonlocal shown
        if size and done * 20 // size > shown:
            shown = done * 20 // size
            click.echo(f"  {shown * 5} % of {size / 1e6:.0f} MB", err=True)

    now = datetime.now(UTC)
    official.pull(name, folder, accepted=agreed, now=now, url=url, progress=progress)


@main.command(name="list")
def list_packs() -> None:
    """What is installed, whether it is whole, and what was measured of it."""
    used = Path(os.environ.get("SPOM_PACK", str(MODELS / DEFAULT)))
    folders = sorted(it for it in MODELS.glob("*") if it.is_dir()) or []
    for folder in folders:
        in_use = folder.resolve() == used.resolve()
        click.echo(f"{'in use' if in_use else '      '}  {folder}  {_state(folder)}")
        for words in sentences(standing_of(folder, _by_hand() if in_use else None)):
            click.echo(f"        {words}")
    if not folders:
        click.echo("No pack is installed: run `spom faces pull`.")


def _state(folder: Path) -> str:
    try:
        manifest = official.read_manifest(folder)
        if manifest is None:
            packs.check(folder)
        else:
            official.check_manifest(folder)
    except PackError as error:
        return f"NOT WHOLE: {error}"
    licence = "MIT" if manifest is None else "non-commercial research only"
    return f"whole; licence: {licence}"


def _by_hand() -> float | None:
    given = os.environ.get("SPOM_POLICY_MATCH_SIMILARITY")
    return float(given) if given else None


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pack", type=click.Path(path_type=Path), default=MODELS / DEFAULT)
@click.option("--fmr", "wanted", default=1e-4, show_default=True, type=float)
@click.option("--groups", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("evaluation"))
@click.option("--adopt", is_flag=True, help="Use the chosen threshold from now on.")
@click.option("--force", is_flag=True, help="Adopt a rate that lets more strangers in.")
def evaluate(  # noqa: PLR0913, PLR0917 (options of a command)
    folder: Path,
    pack: Path,
    wanted: float,
    groups: Path | None,
    out: Path,
    adopt: bool,
    force: bool,
) -> None:
    """Measures a pack on FOLDER: a folder a person, or a pairs.csv (a,b,same) in it.

    --groups is a CSV of person,group. Writes evaluation.json, det.svg and report.html.
    """
    if adopt and wanted > AIM and not force:
        raise click.ClickException(TOO_LENIENT.format(wanted=wanted, most=AIM))
    try:
        engine = FaceEngine.load(pack)
    except PackError as error:
        raise click.ClickException(str(error)) from None
    now = datetime.now(UTC)
    protocols, found = _compared(engine, folder, by_group=groups is not None)
    known = _read_groups(groups) if groups else {}
    question = Question(
        pack=engine.pack, wanted=wanted, in_use=standing_of(pack, _by_hand()).threshold
    )
    done = evaluation(question, protocols, found, known, now)
    for line in lines(done):
        click.echo(line)
    write(done, protocols, out)
    click.echo(f"Report: {out / 'report.html'}")
    if adopt:
        _adopt(done, pack)


def _compared(
    engine: FaceEngine, folder: Path, *, by_group: bool
) -> tuple[list[Compared], Found]:
    """Raises click.ClickException for pairs that are wrong, or asked for by group."""
    if not (folder / PAIRS).is_file():
        found = embed_all(engine, read_folder(folder))
        ways = (one_to_one, one_to_several, several_to_several)
        return [compare(found.people) for compare in ways], found
    if by_group:
        raise click.ClickException("Groups need a folder a person, not pairs.")
    compared, found = compare_pairs(engine, read_pairs(folder / PAIRS))
    return [compared], found


def _adopt(done: Evaluation, pack: Path) -> None:
    """Not on a handful of pictures: a threshold that is too low lets strangers in."""
    if 3 / done.impostor_pairs > done.wanted:
        needed = round(3 / done.wanted)
        raise click.ClickException(
            f"Not adopted: FMR {done.wanted:.0e} takes {needed} pairs of different "
            f"people or more to show, and there are {done.impostor_pairs}."
        )
    at = done.chosen
    write_calibration(
        pack,
        Calibration(
            pack=done.pack,
            at=done.at,
            threshold=done.threshold,
            wanted=done.wanted,
            fmr_most=at.fmr_most,
            fnmr=at.fnmr,
            people=done.people,
            genuine_pairs=done.genuine_pairs,
            impostor_pairs=done.impostor_pairs,
        ),
    )
    click.echo(f"Adopted: {done.threshold:.3f} is used from the next start on.")


def _read_groups(file: Path) -> dict[str, str]:
    with file.open(newline="") as opened:
        rows = [row for row in csv.reader(opened) if row and row[0] != "person"]
    if any(len(row) < 2 for row in rows):
        raise click.ClickException(f"{file.name}: write person,group in each line.")
    return {row[0]: row[1] for row in rows}


if __name__ == "__main__":
    main()
