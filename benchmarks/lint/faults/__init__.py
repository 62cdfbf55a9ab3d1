"""Ten kinds of mistakes that makers of rules may read, with the programs that can have them."""

from .kinds_of_data import KINDS as OF_DATA
from .kinds_of_models import KINDS as OF_MODELS
from .kinds_of_training import KINDS as OF_TRAINING

KINDS = (*OF_MODELS, *OF_DATA, *OF_TRAINING)
