"""Starting and changing runs, names and parameters."""

import uuid

import pytest

from ahnb_platform.errors import Gone, Invalid
from runs import ids, notes, services
from runs.models import Run
from runs.names import clean_name, generated_name
from runs.params import MOST_KEYS, flattened, merged, number_of, text_of
from tests import cast
from tests.at_once import at_once


def test_ids_rise_with_time_and_are_of_version_7():
    made = [ids.uuid7() for _ in range(100)]
    assert len(set(made)) == 100
    assert all(ids.is_uuid7(run_id) for run_id in made)
    assert not ids.is_uuid7(uuid.uuid4())
    assert made[0].int >> 80 <= made[-1].int >> 80


def test_a_generated_name_depends_on_the_id_alone():
    run_id = uuid.UUID("0192f3aa-0000-7000-8000-00000000002a")
    assert generated_name(run_id) == generated_name(run_id)
    names = {generated_name(ids.uuid7()) for _ in range(1_000)}
    assert len(names) > 990
    assert all(clean_name(name) == name for name in names)


@pytest.mark.parametrize("name", ["é", "日本", "a b", "<script>", "a/b", "x" * 255, "👩\u200d🔬"])
def test_names_that_people_give_are_kept(name):
    assert clean_name(f" {name} ") == name


DECEIVING = ["", " ", "\u200b", "a\u202eb", "a\u2066b", "a\tb", "a\u2028b"]


@pytest.mark.parametrize("name", [*DECEIVING, "x" * 256, "\U0001f600" * 256])
def test_names_that_deceive_are_refused(name):
    with pytest.raises(Invalid):
        clean_name(name)


def test_what_was_given_first_stays():
    parts = [{"a": {"b": 1}, "c": 5}, {"a": {"b": 2, "d": 3}, "c": {"e": 1}}, {"f": {}}]
    assert merged(parts) == {"a": {"b": 1, "d": 3}, "c": 5, "f": {}}
    assert parts[0] == {"a": {"b": 1}, "c": 5}


def test_leaves_beyond_the_limit_are_left_out_and_repeats_cost_nothing():
    many = {str(number): number for number in range(MOST_KEYS - 1)}
    assert merged([many, many, {"a": {"b": 1}}, {"c": 2}]) == {**many, "a": {"b": 1}}


def test_leaves_have_dotted_paths():
    tree = {"a": {"b": {"c": 1}, "d": [1, {"e": 2}]}, "f": {}}
    assert dict(flattened(tree)) == {"a.b.c": 1, "a.d": [1, {"e": 2}], "f": {}}


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        (1, 1.0, "1"),
        (0.001, 0.001, "0.001"),
        (True, None, "true"),
        (None, None, "null"),
        ("adam", None, "adam"),
        ([1, "a"], None, "[1, a]"),
        (10**400, None, str(10**400)[:255]),
    ],
)
def test_values_as_search_compares_them(value, number, text):
    assert (number_of(value), text_of(value)) == (number, text)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_start_at_once(digits, bob):
    at_once([lambda: cast.make_run(digits, bob) for _ in range(12)])
    assert sorted(Run.objects.values_list("number", flat=True)) == list(range(1, 13))


@pytest.mark.django_db
def test_a_refused_start_takes_no_number(digits, bob):
    with pytest.raises(Invalid):
        cast.make_run(digits, bob, tags=["\u200b"])
    assert cast.make_run(digits, bob).number == 1


@pytest.mark.django_db
def test_archived_and_back(digits, bob):
    run = cast.make_run(digits, bob)
    services.archive_run(run=run, by=bob)
    assert Run.objects.get(id=run.id, project_id=digits.pk).archived_at is not None
    services.unarchive_run(run=run, by=bob)
    assert Run.objects.get(id=run.id, project_id=digits.pk).archived_at is None


@pytest.mark.django_db
def test_a_trashed_run_is_not_written_on(digits, bob):
    run = services.trash_run(run=cast.make_run(digits, bob), by=bob)
    with pytest.raises(Gone):
        services.edit_run(run=run, by=bob, name="new")
    with pytest.raises(Gone):
        notes.add_note(run=run, by=bob, text="new")
