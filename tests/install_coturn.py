"""Gets the TURN server that the tests of firewalls use: Debian's coturn."""

import os
import shutil

from tests.install_chromium import run

NAME = "turnserver"


def main() -> None:
    if shutil.which(NAME):
        return
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        run(*sudo, "apt-get", "update", "-qq")
        run(*sudo, "apt-get", "install", "-y", "-qq", "coturn")
    if not shutil.which(NAME):
        raise SystemExit(
            "There is no TURN server here: install one (Debian: apt-get install "
            "coturn), then run make test again."
        )


if __name__ == "__main__":
    main()
