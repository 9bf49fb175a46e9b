"""Leases of views, over a real Valkey."""

from uuid import uuid4

import pytest

from app.adapters.view_leases import LEASE_S, ViewLeases
from app.kernel.ids import ViewId


@pytest.fixture
def leases(redis):
    return ViewLeases(redis)


async def test_only_what_is_held_goes_on_and_ends_by_itself(leases, redis):
    held, other = ViewId(uuid4()), ViewId(uuid4())
    await leases.hold(held)
    assert await leases.held([held, other]) == {held}
    assert 0 < await redis.ttl(f"view:{held}") <= LEASE_S
    await redis.delete(f"view:{held}")  # as if its time had run out
    assert await leases.held([held]) == set()


async def test_it_is_taken_back_at_once(leases):
    views = [ViewId(uuid4()), ViewId(uuid4())]
    for view in views:
        await leases.hold(view)
    await leases.drop(views)
    assert await leases.held(views) == set()
    await leases.drop([])
    assert await leases.held([]) == set()
