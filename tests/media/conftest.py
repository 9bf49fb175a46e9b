"""A studio of its own for every test."""

import pytest

from tests.media.studio import open_studio


@pytest.fixture
async def studio():
    async with open_studio() as opened:
        yield opened
