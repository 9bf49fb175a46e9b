"""Objects: a folder and an S3-compatible store keep the same promises."""

import asyncio
import socket
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer

from app.adapters import objects as module
from app.adapters.objects import NoSuchObject, Objects, ObjectsAway

BUCKET = "evidence-of-tests"


@contextmanager
def s3_server():
    """moto's own HTTP server: the S3 protocol over a real socket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="module")
def s3():
    with s3_server() as url:
        yield url


def environ(monkeypatch, url):
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")


async def make_bucket(url):
    """A bucket is made by a PUT, before anybody uses it."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"PUT /{BUCKET} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    assert b" 200 " in (await reader.read()).split(b"\r\n")[0]
    writer.close()


@pytest.fixture(params=["folder", "s3"])
async def objects(request, tmp_path, monkeypatch):
    if request.param == "folder":
        return Objects(str(tmp_path / "evidence"))
    url = request.getfixturevalue("s3")
    environ(monkeypatch, url)
    await make_bucket(url)
    made = Objects(f"s3://{BUCKET}/some/prefix")
    await made.delete([it.key async for it in made.all()])
    return made


async def test_what_is_put_is_got(objects):
    for size in (0, 1, 3_000_000):
        await objects.put("look-1/0.sealed", bytes(size))
        assert await objects.get("look-1/0.sealed") == bytes(size)


async def test_the_same_key_again_replaces_it(objects):
    await objects.put("a/b", b"first")
    await objects.put("a/b", b"second")
    assert await objects.get("a/b") == b"second"


async def test_nothing_there_is_said_so(objects):
    with pytest.raises(NoSuchObject):
        await objects.get("never/put")


async def test_deleted_is_gone_and_deleting_twice_is_no_fault(objects):
    await objects.put("a/1", b"x")
    await objects.put("a/2", b"y")
    await objects.delete(["a/1", "never/put"])
    await objects.delete(["a/1"])
    with pytest.raises(NoSuchObject):
        await objects.get("a/1")
    assert await objects.get("a/2") == b"y"


async def test_many_are_deleted_and_all_are_listed(objects, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 7)
    keys = [f"look-{n}/{n}.sealed" for n in range(20)]
    for key in keys:
        await objects.put(key, key.encode())
    found = [it async for it in objects.all()]
    assert {it.key for it in found} == set(keys)
    assert {it.size for it in found} == {len(key) for key in keys}
    assert all(it.at.tzinfo is not None for it in found)
    await objects.delete(keys[:15])
    assert {it.key async for it in objects.all()} == set(keys[15:])


@pytest.mark.parametrize("key", ["", "../up", "/etc/passwd", "a//b", "A", "a b", "a/."])
async def test_a_key_that_is_not_ours_is_a_bug(objects, key):
    with pytest.raises(ValueError, match="our own"):
        await objects.put(key, b"x")


async def test_the_folder_is_ours_alone(tmp_path):
    Objects(str(tmp_path / "deep" / "evidence"))
    assert (tmp_path / "deep" / "evidence").stat().st_mode & 0o077 == 0


async def test_a_store_that_refuses_is_away(monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        environ(monkeypatch, f"http://127.0.0.1:{closed.getsockname()[1]}")
        gone = Objects(f"s3://{BUCKET}")
        for call in (gone.put("a", b"x"), gone.get("a"), gone.delete(["a"])):
            with pytest.raises(ObjectsAway):
                await call
        with pytest.raises(ObjectsAway):
            [it async for it in gone.all()]


async def test_a_store_that_never_answers_is_away_in_time(monkeypatch):
    monkeypatch.setattr(module, "CALL_WITHIN_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        mute = Objects(f"s3://{BUCKET}")
        async with asyncio.timeout(5):
            for call in (mute.put("a", b"x"), mute.get("a"), mute.delete(["a"])):
                with pytest.raises(ObjectsAway):
                    await call
            with pytest.raises(ObjectsAway):
                [it async for it in mute.all()]


async def test_a_bucket_that_is_not_there_takes_nothing(s3, monkeypatch):
    environ(monkeypatch, s3)
    with pytest.raises(ObjectsAway):
        await Objects("s3://no-such-bucket").put("a", b"x")
