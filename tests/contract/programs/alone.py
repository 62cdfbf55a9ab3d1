"""Trains without a server: offline, and with one that is down; weights with and without us."""

import os

import numpy as np

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import Truth, fit, made_model

if __name__ == "__main__":
    plain = made_model()
    history = fit(plain, []).history

    server = os.environ.pop("AHNB_SERVER")
    key = os.environ.pop("AHNB_API_KEY")
    ours = AHNBCallback()
    fit(made_model(), [ours, Truth("offline", ours)])

    os.environ |= {"AHNB_SERVER": server, "AHNB_API_KEY": key}
    ours, watched = AHNBCallback(), made_model()
    assert fit(watched, [ours, Truth("down", ours)]).history == history
    assert all(map(np.array_equal, plain.get_weights(), watched.get_weights()))
    print("equal")
