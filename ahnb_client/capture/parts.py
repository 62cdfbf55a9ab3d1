"""Which parts of the record are taken: all of them, unless a person says otherwise."""

import os
import re
from collections.abc import Mapping

from ahnb_client.errors import ConfigurationError

PARTS = {
    "code": "the script and its modules, the uncommitted changes",
    "git": "commit, branch, remote",
    "packages": "installed packages and their versions",
    "command": "command line and working folder",
    "variables": "KERAS_*, TF_*, XLA_*, JAX_*, CUDA_*, OMP_*, SLURM_*, PYTHONHASHSEED",
    "host": "names of the machine and of the person on it",
    "hardware": "processor, memory, accelerators",
    "system": "load of processor, memory, disk and GPUs while the run goes on",
    "seeds": "seeds, states of random generators, determinism",
    "data": "ranges, classes and hashes of the data; its form is always recorded",
    "weights": "hashes of the weights before and after the fit",
}
VARIABLE = "AHNB_CAPTURE"


def wanted_parts(
    chosen: str | None = None, environ: Mapping[str, str] = os.environ
) -> frozenset[str]:
    """Return the names in `PARTS` that are recorded.

    `chosen`, else AHNB_CAPTURE, names what is left out, as ``"-code -packages"`` (commas do
    too); ``"-all"`` leaves out everything, and a name without a sign takes it in again.

    Raises:
        ConfigurationError: there is no such part.
    """
    text = environ.get(VARIABLE, "") if chosen is None else chosen
    if not isinstance(text, str):
        raise ConfigurationError(f"parts are named in one text, as '-code -data', not {text!r}")
    wanted = set(PARTS)
    for word in re.split(r"[\s,]+", text.strip()):
        name = word.lstrip("+-")
        if name not in {*PARTS, "all", ""}:
            raise ConfigurationError(f"{word!r} is no part of the record: {', '.join(PARTS)}, all")
        named = set(PARTS) if name == "all" else {name}
        wanted = wanted - named if word.startswith("-") else wanted | (named & set(PARTS))
    return frozenset(wanted)
