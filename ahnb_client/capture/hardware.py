"""Processor, memory and accelerators. Only the active back end is asked about the latter."""

import contextlib
import functools
import os
import platform
import sys
from pathlib import Path
from typing import Any

from ahnb_client.capture.values import Json, text


@functools.cache
def processor() -> dict[str, Json]:
    """Return ``{model, cores, threads, available}``; `available` may be used by this process."""
    model, cores = _from_cpuinfo()
    return {
        "model": model or platform.processor() or platform.machine(),
        "cores": cores,
        "threads": os.cpu_count(),
        "available": _available_threads(),
    }


@functools.cache
def memory_bytes() -> int | None:
    """Return the size of the machine's memory, where the system tells it."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def accelerators(backend: str) -> list[dict[str, Json]]:
    """Return ``[{name, kind, …}]`` of what `backend` computes on beside the processor.

    A back end that is not loaded is never asked: it would take the device's memory.
    """
    module = sys.modules.get(backend)
    ask = {"tensorflow": _of_tensorflow, "jax": _of_jax, "torch": _of_torch}.get(backend)
    if module is None or ask is None:
        return []
    with contextlib.suppress(Exception):
        return ask(module)
    return []


def _of_tensorflow(tensorflow: Any) -> list[dict[str, Json]]:
    devices = []
    for device in tensorflow.config.list_physical_devices():
        if device.device_type == "CPU":
            continue
        details = {}
        with contextlib.suppress(Exception):
            details = tensorflow.config.experimental.get_device_details(device)
        name = details.get("device_name", device.name)
        devices.append({"name": text(name), "kind": device.device_type.lower()})
    return devices


def _of_jax(jax: Any) -> list[dict[str, Json]]:
    return [
        {"name": text(device.device_kind), "kind": device.platform}
        for device in jax.local_devices()
        if device.platform != "cpu"
    ]


def _of_torch(torch: Any) -> list[dict[str, Json]]:
    if not torch.cuda.is_available():
        return []
    properties = map(torch.cuda.get_device_properties, range(torch.cuda.device_count()))
    return [
        {"name": text(device.name), "kind": "gpu", "memory_bytes": int(device.total_memory)}
        for device in properties
    ]


def _from_cpuinfo() -> tuple[str, int | None]:
    """Model name and number of physical cores, as Linux tells them."""
    model, package, cores = "", "0", set()
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        for line in lines:
            key, _, value = (part.strip() for part in line.partition(":"))
            if key == "model name":
                model = value
            elif key == "physical id":
                package = value
            elif key == "core id":
                cores.add((package, value))
    return model, len(cores) or None


def _available_threads() -> int | None:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()
