"""Which of several processes of one training speaks for all of them."""

import contextlib
import json
import os
import sys
from typing import Any


def is_chief(backend: str) -> bool:
    """Tell whether this process records: rank 0, or the only one."""
    return _rank(backend) == 0


def distribution_params(model: Any) -> dict[str, Any]:
    """Return ``{strategy, replicas, …}`` of a distributed training; empty of any other.

    Of TensorFlow's strategies the class and the number of replicas; of `keras.distribution` the
    class and the number of devices in its mesh; `processes` where JAX runs in several.
    """
    found: dict[str, Any] = {}
    strategy = getattr(model, "distribute_strategy", None)
    if strategy is not None and "Default" not in type(strategy).__name__:
        replicas = int(strategy.num_replicas_in_sync)
        found = {"strategy": type(strategy).__name__, "replicas": replicas}
    with contextlib.suppress(Exception):
        import keras

        active = keras.distribution.distribution()
        if active is not None:
            mesh = active.device_mesh
            found = {"strategy": type(active).__name__, "devices": int(mesh.devices.size)}
    jax = sys.modules.get("jax")
    with contextlib.suppress(Exception):
        if found and jax is not None and jax.process_count() > 1:
            found["processes"] = int(jax.process_count())
    return found


def _rank(backend: str) -> int:
    module = sys.modules.get(backend)
    with contextlib.suppress(Exception):
        if backend == "jax" and module is not None:
            return int(module.process_index())
        if backend == "torch" and module is not None:
            distributed = module.distributed
            running = distributed.is_available() and distributed.is_initialized()
            return int(distributed.get_rank()) if running else 0
        if backend == "tensorflow":
            return _rank_in_cluster(os.environ.get("TF_CONFIG", ""))
    return 0


def _rank_in_cluster(tf_config: str) -> int:
    """0 for the chief, and for the first worker of a cluster that names no chief."""
    if not tf_config:
        return 0
    config = json.loads(tf_config)
    task, cluster = config.get("task", {}), config.get("cluster", {})
    if not cluster or task.get("type") in (None, "chief", "master"):
        return 0
    has_chief = any(cluster.get(role) for role in ("chief", "master"))
    first_worker = task.get("type") == "worker" and int(task.get("index", 0)) == 0
    return 0 if first_worker and not has_chief else 1
