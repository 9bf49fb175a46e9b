"""`spom`: one command for people and for the Procfile."""

import asyncio
import os
import sys

import asyncpg
import click

from app.adapters.migrations import MigrationRefused, migrate
from app.cli.doctor import doctor
from app.cli.running import join_the_running
from app.cli.up import up

_PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Self-paced online modules, proctored live.

    `up` does everything. While it runs, the others use its database.
    """
    if context.invoked_subcommand != "up":
        join_the_running()


main.add_command(up)
main.add_command(doctor)


@main.command("app")
def app_command() -> None:
    """Runs the web application: pages, API and live sockets."""
    from app.main import serve  # noqa: PLC0415 (the other commands need no web server)

    serve()


@main.command("migrate")
def migrate_command() -> None:
    """Brings the database of DATABASE_URL up to date."""
    url = os.environ.get("DATABASE_URL")  # noqa: TID251 (works without other settings)
    if not url:
        raise SystemExit("Set DATABASE_URL, or run `spom up`, which does it all.")
    try:
        applied = asyncio.run(migrate(url))
    except (MigrationRefused, asyncpg.PostgresError) as error:
        raise SystemExit(f"The database was not migrated: {error}") from None
    except OSError as error:
        raise SystemExit(f"PostgreSQL does not answer: {error}") from None
    click.echo(f"Applied: {', '.join(applied) or 'nothing, it is up to date'}.")


def _pass_on(name: str, module: str, summary: str) -> None:
    """These load codecs or models, which the app never imports: another program."""

    @main.command(name, context_settings=_PASS_ON, help=summary)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run(arguments: tuple[str, ...]) -> None:
        python = sys.executable
        os.execv(python, [python, "-m", module, *arguments])


_pass_on("media", "media", "Runs a media node: takes in webcams, captures samples.")
_pass_on("worker", "workers", "Runs sampler, face_matcher or housekeeping.")
_pass_on("demo", "workers.demo", "Adds demo data and prints the log-ins.")
