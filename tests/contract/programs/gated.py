"""A training that waits for the test in the middle of its second and fourth epoch."""

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, Gates, Truth, fit, made_model

if __name__ == "__main__":
    ours = AHNBCallback()
    fit(made_model(), [ours, Truth("fit", ours), Gates(1, 3)], epochs=6)
    (FOLDER / "trained").touch()
