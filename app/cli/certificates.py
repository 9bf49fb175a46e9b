"""`spom certificate verify`."""

from pathlib import Path

import click

from app.adapters.signing import BadKeys, PublicKeys, Signer, Verifies
from app.cli.genuine import FILE_MAX
from app.exams.printed.checking import check
from app.settings import read_settings


@click.group()
def certificate() -> None:
    """Certificates, as students download them."""


@certificate.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The house's /.well-known/jwks.json, saved; else this house's own keys.",
)
def verify_certificate(file: Path, keys: Path | None) -> None:
    """Whether FILE, the PDF or its attached text, is as it was signed; exits with 1 if
    one byte is not.

    Needs no network. Whether it was revoked since, the page it names tells.
    """
    if file.stat().st_size > FILE_MAX:
        raise SystemExit("This file is too large to be a certificate.")
    found = check(file.read_bytes(), _keys(keys))
    says = "".join(f"  {key}: {text}\n" for key, text in (found.says or {}).items())
    if found.is_whole:
        click.echo(
            f"Genuine: every byte is as it was signed. It says:\n{says}", nl=False
        )
        return
    if found.says is not None:
        raise SystemExit(
            "Not genuine as a file: it was changed or saved anew after it was signed. "
            f"Its signed text is genuine, and only that is to be trusted:\n{says}"
        )
    raise SystemExit(
        "Not genuine: this is no certificate, it was changed after it was signed, or "
        "another house signed it."
    )


def _keys(file: Path | None) -> Verifies:
    if file is None:
        return Signer(read_settings().secret.get_secret_value())
    try:
        return PublicKeys(file.read_bytes())
    except BadKeys as error:
        raise SystemExit(error.__doc__) from None
