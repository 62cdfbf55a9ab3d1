"""A tolerant view of the document of facts: what is missing or of a wrong type is None."""

from .curves import Curve as Curve
from .facts import Facts as Facts
from .heads import Head as Head
from .layers import Layer as Layer
from .samples import Sample as Sample
