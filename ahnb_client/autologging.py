"""Recording every `fit` of the process without a callback being given."""

from typing import Any

from ahnb_client.callback import AHNBCallback
from ahnb_client.errors import ConfigurationError
from ahnb_client.fit import record_every_fit, wrap_model_methods


def autolog(project: str | None = None, *, enabled: bool = True, **options: Any) -> None:
    """Record every `Model.fit` from now on, each as a run of its own; `enabled=False` ends that.

        ahnb_client.autolog("team/project")
        model.fit(x, y)

    A fit that is given an `AHNBCallback` is recorded by that alone. What is given as `callbacks`
    is never changed, and `fit` does, returns and raises what it would without this.

    Args:
        project: ``"team/project"``; by default AHNB_PROJECT or the configuration.
        enabled: False stops recording the fits that begin from then on.
        options: what `AHNBCallback` takes.

    Raises:
        ConfigurationError: AHNB_NO_PATCH=1 forbids to see `fit`; with `strict` also an option
            that makes no sense.
        TypeError: there is no such option.
    """
    if not enabled:
        record_every_fit(None)
        return
    AHNBCallback(project, **options)  # what is wrong is said here, not in a training
    if not wrap_model_methods():
        raise ConfigurationError("AHNB_NO_PATCH leaves Model.fit as it is: autolog cannot see it")
    record_every_fit(lambda: AHNBCallback(project, **options))
