"""What Keras' own trainings share, by the hashes that the client and the server make of them."""

import pytest

from runs.differences.layers import difference
from tests.contract.stage import Stage
from tests.contract.trainings import Nursery, Training

pytestmark = [pytest.mark.keras, pytest.mark.django_db]


@pytest.fixture(scope="module")
def trainings(shared_stage: Stage, nursery: Nursery) -> Training:
    shared_stage.nursery = nursery
    training = shared_stage.train("versions")
    assert training.wait() == 0, training.errors
    return training


def identity(stage: Stage, training: Training, name: str) -> dict[str, str]:
    found: dict[str, str] = stage.run(training.run_id(name))["identity"]
    return found


def test_the_same_seeds_and_data_have_the_same_hashes(trainings, shared_stage):
    first, again = (identity(shared_stage, trainings, name) for name in ("first", "again"))
    assert all(first[name] for name in ("architecture", "weights", "trained", "data"))
    same = ("architecture", "weights", "data", "code", "commit")
    assert [first[name] for name in same] == [again[name] for name in same]
    # Trained with another learning rate.
    assert first["trained"] != again["trained"]


def test_a_change_has_another_hash(trainings, shared_stage):
    first = identity(shared_stage, trainings, "first")
    data = identity(shared_stage, trainings, "other data")
    assert (data["data"] == first["data"], data["weights"] == first["weights"]) == (False, True)
    seed = identity(shared_stage, trainings, "other seed")
    assert (seed["weights"] == first["weights"], seed["data"] == first["data"]) == (False, True)
    assert seed["architecture"] == first["architecture"]
    assert identity(shared_stage, trainings, "changed")["architecture"] != first["architecture"]


def test_a_training_that_goes_on_starts_where_the_other_ended(trainings, shared_stage):
    first, later = (identity(shared_stage, trainings, name) for name in ("first", "goes on"))
    assert later["weights"] == first["trained"]
    assert later["architecture"] == first["architecture"]


def test_versions_count_architectures_and_their_difference_is_the_known_one(
    trainings, shared_stage
):
    names = ("first", "again", "other data", "other seed", "changed", "goes on")
    runs = {name: shared_stage.run(trainings.run_id(name)) for name in names}
    versions = [run["model_version"] for run in runs.values()]
    assert versions == [versions[0]] * 4 + [versions[0] + 1, versions[0]]
    found = difference(*(runs[name]["model"]["layers"] for name in ("first", "changed")))
    told = {
        (step.kind, found.other[step.after]["class"], tuple(change.name for change in step.changes))
        for step in found.differing
        if step.after is not None
    }
    assert ("changed", "Dense", ("units",)) in told
    assert ("added", "Dropout", ()) in told
    assert sum(step.is_moved for step in found.steps) == 1
    assert found.counts()["removed"] == 0
    changed = next(step for step in found.differing if step.kind == "changed")
    assert [(one.was, one.now) for one in changed.changes] == [(8, 16)]
    assert found.parameters(changed) == 8 * 7
