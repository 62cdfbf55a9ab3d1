"""Linting in the process that trains: gathers facts, asks the rules, tells what they find."""

from .live import Linter as Linter
from .live import checked_level as checked_level
from .once import lint as lint
