"""Trains a model whose width is given, and waits for the thread that asks for repeats."""

import sys
import threading

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import Truth, fit, made_model

if __name__ == "__main__":
    ours = AHNBCallback(monitor="loss", params={"width": int(sys.argv[2])})
    fit(made_model(), [ours, Truth("fit", ours)])
    for thread in threading.enumerate():
        if thread.name == "ahnb-repeats":
            thread.join(30)
