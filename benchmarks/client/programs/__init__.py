"""Programs that measure one tracker each and print one line of JSON. They run beside the peers.

`python -m benchmarks.client` starts them; nothing here imports more than it has to.
"""
