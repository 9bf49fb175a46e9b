"""`spom`: one command for people and for the Procfile."""

import os
import sys

import click

from app.cli.audit import audit
from app.cli.certificates import certificate
from app.cli.content import content
from app.cli.doctor import doctor
from app.cli.genuine import receipt
from app.cli.keys import keys
from app.cli.ledger import ledger, statement
from app.cli.looks import looks
from app.cli.migrate import migrate_command
from app.cli.people import admin, roster
from app.cli.privacy import privacy
from app.cli.running import join_the_running
from app.cli.status import status
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
main.add_command(migrate_command)
main.add_command(doctor)
main.add_command(status)
main.add_command(audit)
main.add_command(roster)
main.add_command(admin)
main.add_command(content)
main.add_command(ledger)
main.add_command(statement)
main.add_command(looks)
main.add_command(receipt)
main.add_command(certificate)
main.add_command(keys)
main.add_command(privacy)


@main.command("app")
def app_command() -> None:
    """Runs the web application: pages, API and live sockets."""
    from app.main import serve  # noqa: PLC0415 (the other commands need no web server)

    serve()


def _pass_on(name: str, module: str, summary: str) -> None:
    """These load codecs or models, which the app never imports: another program."""

    @main.command(name, context_settings=_PASS_ON, help=summary)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run(arguments: tuple[str, ...]) -> None:
        python = sys.executable
        os.execv(python, [python, "-m", module, *arguments])


_pass_on("media", "media", "Runs a media node: takes in webcams, captures samples.")
_pass_on("worker", "workers", "Runs workers by name, such as sampler or face_matcher.")
_pass_on("faces", "media.faces", "Fetches, lists and evaluates packs of face models.")
_pass_on("demo", "workers.demo", "Adds demo data and prints the log-ins.")
_pass_on("loadtest", "workers.loadtest", "Sends scripted students and proctors.")
