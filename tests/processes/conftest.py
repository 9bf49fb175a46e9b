"""Clips for the camera."""

from tests.browser.conftest import clips

__all__ = ["clips"]
