from projects.models import Project


def test_cast(digits: Project, secret: Project) -> None:
    assert digits.path == "vision/digits"
