"""Real processes: programs that record, and the command line."""

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """How to start Python with settings of its own."""

    settings: dict[str, str]
    timeout: float = 30.0
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AHNB_", "XDG_"))}
        return {**kept, "PYTHONPATH": str(ROOT), **self.settings, **self.more}

    def run(self, code: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return self._call("-c", textwrap.dedent(code), **options)

    def ahnb(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Run a command of `ahnb`."""
        return self._call("-m", "ahnb_client.cli", *arguments, **options)

    def start(self, code: str) -> subprocess.Popen[str]:
        """Start a program and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _call(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [sys.executable, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=self.timeout,
            check=False,
            **options,
        )
