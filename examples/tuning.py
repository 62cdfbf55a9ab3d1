"""Search hyperparameters with Optuna; each trial is a run, all of them are a group.

ahnb login --server http://127.0.0.1:8765
python examples/tuning.py --project team/digits --trials 10
ahnb runs team/digits --order=-metrics.val_accuracy.max
"""

import argparse

import optuna
from digits import Settings, own_parameters, train

from ahnb_client import AHNBCallback


def settings_of(trial: optuna.Trial, epochs: int) -> Settings:
    """What this trial tries."""
    return Settings(
        width=trial.suggest_int("width", 16, 128, log=True),
        dropout=trial.suggest_float("dropout", 0.0, 0.5),
        learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
        epochs=epochs,
    )


def search(project: str | None, trials: int, epochs: int) -> optuna.Study:
    """All trials; the best validation accuracy decides."""
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=1), study_name="tuning"
    )

    def objective(trial: optuna.Trial) -> float:
        settings = settings_of(trial, epochs)
        callback = AHNBCallback(
            project,
            group=study.study_name,
            name=f"trial-{trial.number}",
            params=own_parameters(settings),
            monitor="val_accuracy",
        )
        history = train(settings, callback, verbose=0)
        return float(max(history.history["val_accuracy"]))

    study.optimize(objective, n_trials=trials)
    return study


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--project", help="team/project; otherwise AHNB_PROJECT")
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=4)
    found = search(**vars(parser.parse_args()))
    print(f"best: trial-{found.best_trial.number}, {found.best_value:.1%}, {found.best_params}")
