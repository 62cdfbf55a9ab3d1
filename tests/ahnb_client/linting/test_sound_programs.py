"""Nothing loud is said of sound programs, however unusual."""

import pytest

from ahnb_client.linting.checking import check
from tests.ahnb_client.linting import sound, sound_guides
from tests.ahnb_client.linting.programs import facts_of

PROGRAMS = {**sound.PROGRAMS, **sound_guides.PROGRAMS}


@pytest.mark.keras
@pytest.mark.parametrize("name", PROGRAMS)
def test_sound_program_is_left_alone(name: str) -> None:
    found = check(facts_of(PROGRAMS[name]), dynamic=False, strict=True)
    assert [(one.id, one.text) for one in found if one.severity != "info"] == []
