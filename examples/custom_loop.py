"""Record a training loop of your own: Newton's method for logistic regression, in NumPy.

    ahnb login --server http://127.0.0.1:8765
    python examples/custom_loop.py --project team/digits --penalty 0.01

It tells the digits below five from the others (1,797 images of 8 x 8 pixels, part of
scikit-learn). Neither Keras nor a callback is needed.
"""

import argparse

import numpy as np
from sklearn.datasets import load_digits

import ahnb_client

Data = tuple[np.ndarray, np.ndarray]


def load_data() -> tuple[Data, Data]:
    """Inputs (n, 65) with a column of ones, and labels (n,) 0 or 1: to train, to validate."""
    images, digits = load_digits(return_X_y=True)
    inputs = np.column_stack([images / 16, np.ones(len(images))])
    labels = (digits < 5).astype(float)
    return (inputs[:1400], labels[:1400]), (inputs[1400:], labels[1400:])


def probabilities(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of label 1, shape (n,)."""
    return 1 / (1 + np.exp(-inputs @ weights))


def judge(data: Data, weights: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy and accuracy."""
    inputs, labels = data
    found = np.clip(probabilities(inputs, weights), 1e-12, 1 - 1e-12)
    loss = -np.mean(labels * np.log(found) + (1 - labels) * np.log(1 - found))
    return float(loss), float(np.mean((found > 0.5) == labels))


def newton_step(data: Data, weights: np.ndarray, penalty: float) -> np.ndarray:
    """The weights after one step on the penalised mean cross-entropy."""
    inputs, labels = data
    found = probabilities(inputs, weights)
    gradient = inputs.T @ (found - labels) / len(labels) + penalty * weights
    curvature = (inputs.T * (found * (1 - found))) @ inputs / len(labels)
    return weights - np.linalg.solve(curvature + penalty * np.eye(len(weights)), gradient)


def train(project: str | None, penalty: float, epochs: int) -> None:
    """One training, recorded."""
    training, validation = load_data()
    weights = np.zeros(training[0].shape[1])
    params = {"penalty": penalty, "epochs": epochs, "optimizer": {"name": "newton"}}
    objective = {"metric": "val_accuracy", "mode": "max"}
    with ahnb_client.run(project, params=params, objective=objective) as run:
        for epoch in range(epochs):
            weights = newton_step(training, weights, penalty)
            (loss, accuracy), (val_loss, val_accuracy) = (
                judge(data, weights) for data in (training, validation)
            )
            run.log(
                {
                    "loss": loss,
                    "accuracy": accuracy,
                    "val_loss": val_loss,
                    "val_accuracy": val_accuracy,
                },
                step=epoch,
                unit="epoch",
            )
        run.note(f"{val_accuracy:.1%} of the validation images", step=epochs - 1)
    print(run.id, run.url or "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--project", help="team/project; otherwise AHNB_PROJECT")
    parser.add_argument("--penalty", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=8)
    train(**vars(parser.parse_args()))
