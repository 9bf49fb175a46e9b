"""`spom migrate`."""

import asyncio
import os

import asyncpg
import click

from app.adapters.migrations import MigrationRefused, migrate


@click.command("migrate")
@click.option(
    "--pre",
    "only_pre",
    is_flag=True,
    help="Only what processes of the version before can live with; run it again "
    "without, once none of them is left.",
)
def migrate_command(only_pre: bool) -> None:
    """Brings the database of DATABASE_URL up to date."""
    url = os.environ.get("DATABASE_URL")  # noqa: TID251 (works without other settings)
    if not url:
        raise SystemExit("Set DATABASE_URL, or run `spom up`, which does it all.")
    applied = bring_up_to_date(url, only_pre=only_pre)
    click.echo(f"Applied: {', '.join(applied) or 'nothing, it is up to date'}.")


def bring_up_to_date(url: str, *, only_pre: bool = False) -> list[str]:
    """The names of the migrations applied. Raises SystemExit with what is wrong."""
    try:
        return asyncio.run(migrate(url, only_pre=only_pre))
    except (MigrationRefused, asyncpg.PostgresError, ValueError) as error:
        raise SystemExit(f"The database was not migrated: {error}") from None
    except OSError as error:
        raise SystemExit(f"PostgreSQL does not answer: {error}") from None
