"""Where streams are received."""

from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest

from media.__main__ import _ports
from media.seam.place import Place, read_place


def test_any_port_is_the_systems_choice():
    with read_place("127.0.0.1", "").bind() as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
        assert bound.getsockname()[1] > 0


def test_behind_nat_every_address_is_bound():
    with Place(address="203.0.113.7").bind() as bound:
        assert bound.getsockname()[0] == "0.0.0.0"


def test_ports_are_taken_from_the_range_until_none_is_left():
    with read_place("127.0.0.1", "").bind() as free:
        port = free.getsockname()[1]
    place = read_place("127.0.0.1", str(port))
    with place.bind() as bound:
        assert bound.getsockname()[1] == port
        with pytest.raises(ConnectionError, match="taken"):
            place.bind()


def test_a_range_is_read():
    assert read_place("::1", "40000-40002").ports == range(40000, 40003)


@pytest.mark.parametrize(
    ("address", "ports"),
    [("nowhere", ""), ("127.0.0.1", "x"), ("::1", "0-5"), ("::1", "9-8")],
)
def test_nonsense_is_refused(address, ports):
    with pytest.raises(ValueError, match=r"."):
        read_place(address, ports)


@pytest.mark.parametrize("why", ["is taken", "does not open: cannot bind: permission"])
async def test_a_port_that_does_not_open_stops_the_node(monkeypatch, why):
    with read_place("127.0.0.1", "").bind() as taken:
        port = taken.getsockname()[1]
        settings = SimpleNamespace(
            media_ports=str(port),
            place=Place(address="127.0.0.1", ports=range(port, port + 1), shared=True),
        )
        if why != "is taken":
            monkeypatch.setattr(Place, "bind", forbidden)
        async with AsyncExitStack() as stack:
            with pytest.raises(SystemExit, match=f"{port} {why}"):
                _ports(settings, stack)


def forbidden(place):
    raise ConnectionError("cannot bind: permission denied")
