"""`python -m app` is `spom`."""

from app.cli import main

main(prog_name="spom")
