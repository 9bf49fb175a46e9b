"""`spom up`: everything on one machine, with nothing to install beforehand."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click

from app.adapters.embedded import ServiceFailed, start_postgres, start_valkey
from app.adapters.leftovers import Register
from app.adapters.supervise import Supervisor, read_procfile
from app.adapters.tasks import alongside
from app.cli.doctor import port_is_free
from app.cli.migrate import bring_up_to_date
from app.cli.running import ROOT, VAR, alone_in, told_to_others

STEP_WITHIN_S = 300
READY_TRIES = 600
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Environment = dict[str, str]


@click.command()
@click.option("--app-port", envvar="SPOM_APP_PORT", default=8080, show_default=True)
@click.option("--media-port", envvar="SPOM_MEDIA_PORT", default=8081, show_default=True)
@click.option(
    "--var",
    envvar="SPOM_VAR",
    default=VAR,
    show_default="var",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Where data, models and the secret are kept.",
)
def up(app_port: int, media_port: int, var: Path) -> None:
    """Starts PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL name others),
    prepares the database and demo data, and runs every process of the Procfile."""
    try:
        with alone_in(var), _heeding_signals():
            register = Register(var / "processes")
            register.end_all()
            _expect_free(app_port, media_port)
            environment = _environment(app_port, media_port, var)
            with _services(environment, var), told_to_others(var, environment):
                _prepare(environment)
                asyncio.run(_serve(environment, register))
    except ServiceFailed as error:
        raise SystemExit(str(error)) from None


@contextmanager
def _heeding_signals() -> Iterator[None]:
    """Ctrl-C and its kin end us in order at any moment, also while things start."""
    for sign in SIGNALS:
        signal.signal(sign, _interrupt)
    with suppress(KeyboardInterrupt):
        yield
    click.echo("Stopped.")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _expect_free(app_port: int, media_port: int) -> None:
    for variable, port in (
        ("SPOM_APP_PORT", app_port),
        ("SPOM_MEDIA_PORT", media_port),
    ):
        if not port_is_free("127.0.0.1", port):
            raise SystemExit(
                f"Port {port} is taken: stop what uses it, or choose another with "
                f"`make up {variable}=N`."
            )


def _environment(app_port: int, media_port: int, var: Path) -> Environment:
    given = dict(os.environ)  # noqa: TID251 (handed on to the processes)
    ours = {
        "SPOM_SECRET": _secret(var / "secret"),
        "SPOM_APP_URL": f"http://localhost:{app_port}",
        "SPOM_MEDIA_URL": f"http://localhost:{media_port}",
        "SPOM_PACK": str(var / "models" / "faceplugin"),
        "SPOM_EVIDENCE": str(var / "evidence"),
        "SPOM_DEVELOPMENT": "true",
    }
    ports = {"SPOM_APP_PORT": str(app_port), "SPOM_MEDIA_PORT": str(media_port)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', '')}"
    return {**ours, **given, **ports, "PATH": path}


def _secret(path: Path) -> str:
    if not path.exists() or not path.read_text():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


@contextmanager
def _services(environment: Environment, var: Path) -> Iterator[None]:
    """Ours where none is named; ours are stopped at the end."""
    with ExitStack() as stack:
        with _putting_off_signals():
            if "DATABASE_URL" not in environment:
                postgres = start_postgres(var)
                stack.callback(postgres.stop)
                environment["DATABASE_URL"] = postgres.url()
            if "REDIS_URL" not in environment:
                valkey = start_valkey(var)
                stack.callback(valkey.stop)
                environment["REDIS_URL"] = valkey.url
        yield


@contextmanager
def _putting_off_signals() -> Iterator[None]:
    """A server interrupted while it starts could stay behind unseen."""
    came: list[int] = []
    for sign in SIGNALS:
        signal.signal(sign, lambda number, _: came.append(number))
    yield
    for sign in SIGNALS:
        signal.signal(sign, _interrupt)
    if came:
        raise KeyboardInterrupt


def _prepare(environment: Environment) -> None:
    click.echo("Checking the face models …")
    # Another program, so that the app loads no part of media.
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "media.faces.packs",
            "install",
            environment["SPOM_PACK"],
        ],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=STEP_WITHIN_S,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr.strip())
    click.echo("Preparing the database …")
    bring_up_to_date(environment["DATABASE_URL"])


async def _serve(environment: Environment, register: Register) -> None:
    os.chdir(ROOT)
    processes = read_procfile(ROOT / "Procfile")
    supervisor = Supervisor(processes, environment, register)
    loop = asyncio.get_running_loop()
    for sign in SIGNALS:
        loop.add_signal_handler(sign, supervisor.stop)
    async with alongside(_welcome(environment, supervisor)):
        await supervisor.run()


async def _welcome(environment: Environment, supervisor: Supervisor) -> None:
    click.echo("Adding demo data and starting …")
    try:
        logins = await _add_demo_data(environment)
    except ServiceFailed:
        supervisor.stop()
        raise
    urls = [environment["SPOM_APP_URL"], environment["SPOM_MEDIA_URL"]]
    for url in urls:
        await _until_it_answers(f"{url}/healthz")
    people = [json.loads(line) for line in logins.splitlines()]
    rows = "\n".join(
        f"    {it['role']:8}  {it['srn']:10}  {it['password']}   {it['name']}"
        for it in people
    )
    click.echo(
        f"\n  Module Study is ready:  {urls[0]}\n\n{rows}\n\n"
        f"  A new device asks for a code; codes and letters are at {urls[0]}/outbox\n"
        "  Your own face instead of Asha's:  .venv/bin/spom demo --photo me.jpg\n"
        "  Ctrl-C stops everything.\n"
    )


async def _add_demo_data(environment: Environment) -> bytes:
    """While the processes start. The log-ins, one JSON object a line."""
    command = [sys.executable, "-m", "workers.demo", "--json"]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(STEP_WITHIN_S):
            output, errors = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    if child.returncode != 0:
        raise ServiceFailed(f"No demo data: {errors.decode().strip()}")
    return output


async def _until_it_answers(url: str) -> None:
    for _ in range(READY_TRIES):
        if await asyncio.to_thread(_answers, url):
            return
        await asyncio.sleep(0.1)
    click.echo(f"{url} does not answer yet: the lines above say why.")


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
