"""`spom receipt verify`, and what it shares with `spom statement verify`."""

from pathlib import Path

import click

from app.adapters.signing import Signer
from app.proctoring.ledger.sheet import is_genuine
from app.settings import read_settings

FILE_MAX = 64 * 1024**2


@click.group()
def receipt() -> None:
    """Consent receipts, as students download them."""


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_receipt(file: Path) -> None:
    """Whether FILE is as this house signed it; exits with 1 if one byte is not."""
    say_whether_genuine(file, "a receipt")


def say_whether_genuine(file: Path, kind: str) -> None:
    if file.stat().st_size > FILE_MAX:
        raise SystemExit(f"This file is too large to be {kind}.")
    signer = Signer(read_settings().secret.get_secret_value())
    if not is_genuine(file.read_bytes(), signer):
        raise SystemExit(
            "Not genuine: this file was changed after it was signed, or another "
            "house signed it."
        )
    click.echo("Genuine: every byte is as it was signed.")
