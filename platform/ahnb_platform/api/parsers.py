"""Bodies of the API."""

from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON alone."""
