"""What our client costs a training, beside the peers', in one run.

    python -m benchmarks.client [--quick] [--only hooks …]

Each figure comes from a small program of `programs/` in a process of its own, in an environment
that holds all peers (`var/bench/clients`, made on first use); ours and theirs take turns. We run
in our default mode: online, to a server of ours on loopback.
"""
