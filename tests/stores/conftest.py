"""A world on a fresh database."""

import pytest

from tests.stores.world import build_world


@pytest.fixture
async def world(database):
    return await build_world(database)
