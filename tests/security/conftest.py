"""The world of the routes' tests, for attacks on all of them."""

from tests.house.conftest import made_world, world

__all__ = ["made_world", "world"]
