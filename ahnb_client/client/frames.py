"""pandas, where it is installed."""

from typing import Any

from ..errors import ConfigurationError


def pandas() -> Any:
    """Return the module.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ConfigurationError("this needs pandas: pip install pandas") from error
    return pandas
