"""A studio of its own for every test."""

import pytest

from tests.media.studio import LOCAL, open_studio


@pytest.fixture
async def studio(request):
    """With a port for each stream, unless the test names another place."""
    async with open_studio(place=getattr(request, "param", LOCAL)) as opened:
        yield opened
