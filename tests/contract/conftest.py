"""The contract is tested over real sockets."""

from tests.live import server

__all__ = ["server"]
