"""Every process running, on its own database and ports."""

from tests.browser.conftest import clips, house

__all__ = ["clips", "house"]
