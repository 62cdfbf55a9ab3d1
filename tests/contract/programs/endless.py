"""A training that is killed in the middle."""

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import Pace, Truth, fit, made_model

if __name__ == "__main__":
    ours = AHNBCallback()
    fit(made_model(), [ours, Truth("fit", ours), Pace()], epochs=100_000)
