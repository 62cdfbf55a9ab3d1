"""Linting without a run: nothing is trained and nothing recorded."""

from collections.abc import Collection, Mapping
from typing import Any

from ahnb_client.capture.fit_arguments import FitArguments
from ahnb_client.capture.lazily import without_importing_tensorflow
from ahnb_client.capture.model import compile_params, model_document
from ahnb_client.capture.optimizer import optimizer_params, other_optimizers
from ahnb_client.linter.ignoring import rule_id
from ahnb_client.linting.checking import check
from ahnb_client.linting.finding import Finding
from ahnb_client.naming import listed


def lint(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    validation_data: Any = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    class_weight: Mapping[int, float] | None = None,
    ignore: Collection[str] = (),
    **others: Any,
) -> list[Finding]:
    """Return what is wrong with a model, and with the data that it is about to be given.

        for finding in ahnb_client.lint(model, x_train, y_train):
            print(finding.id, finding.text, finding.fix)

    Needs no server and trains nothing. A model that is not built tells little; of data sets and
    generators nothing is consumed.

    Args:
        model: of Keras; compiled, so that loss and optimizer are known.
        x, y, validation_data, batch_size, epochs, class_weight: as `fit` takes them.
        ignore: ids of rules that are not looked at.
        others: of `fit` too, as ``validation_split``; what is not known is not looked at.

    Raises:
        ConfigurationError: `ignore` names what is no rule.
    """
    ignored = frozenset(map(rule_id, listed(ignore)))
    given = {"x": x, "y": y, "validation_data": validation_data, "batch_size": batch_size}
    settings = {"epochs": epochs, "class_weight": class_weight}
    arguments = FitArguments({"shuffle": True, **others, **given, **settings})
    return check(_facts(model, arguments), ignore=ignored, dynamic=False)


@without_importing_tensorflow()
def _facts(model: Any, arguments: FitArguments) -> dict[str, Any]:
    document = model_document(model)
    params: dict[str, Any] = {"compile": compile_params(document.get("compile", {}))}
    if getattr(model, "optimizer", None) is not None:
        params |= {
            "optimizer": optimizer_params(model.optimizer),
            "optimizers": other_optimizers(model),
        }
    params["fit"] = arguments.params(None)
    facts = {"facts": 1, "model": document, "params": {k: v for k, v in params.items() if v}}
    if arguments.given.get("x") is not None:
        facts["data"] = arguments.data(counted=True)
    return facts
