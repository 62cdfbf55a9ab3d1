"""The trial of a tuner that a training belongs to, seen in the calls that led to it.

KerasTuner and Optuna call the person's code, which calls `fit`: their own variables stand in the
frames above it. So trials of one process, also interleaved ones, are told apart.
"""

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from ahnb_client.capture.values import Json, jsonable, text

_MAX_FRAMES = 200


@dataclass(frozen=True)
class Trial:
    """One trial: `study` is what its siblings have in common."""

    library: str
    study: str
    number: str
    hyperparameters: Mapping[str, Any]

    def params(self) -> dict[str, Json]:
        """Return what is recorded: ``tuner`` and ``hyperparameters``."""
        told = {"library": self.library, "study": self.study, "trial": self.number}
        return {"tuner": told, "hyperparameters": jsonable(dict(self.hyperparameters))}


def running_trial() -> Trial | None:
    """Return the trial that this thread is inside of, if any."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_MAX_FRAMES):
        if frame is None:
            return None
        look = _LOOKS.get(frame.f_code.co_name)
        if look is not None:
            with contextlib.suppress(Exception):
                return look(frame.f_locals)
        frame = frame.f_back
    return None


def _of_keras_tuner(names: Mapping[str, Any]) -> Trial:
    tuner, trial = names["self"], names["trial"]
    values = trial.hyperparameters.values
    return Trial("keras_tuner", text(tuner.project_name, 200), text(trial.trial_id, 50), values)


def _of_optuna(names: Mapping[str, Any]) -> Trial:
    study, trial = names["study"], names["trial"]
    return Trial("optuna", text(study.study_name, 200), text(trial.number, 50), trial.params)


_LOOKS = {"run_trial": _of_keras_tuner, "_run_trial": _of_optuna}
