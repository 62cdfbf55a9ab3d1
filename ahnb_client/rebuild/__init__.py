"""From a record back to a model, a program and a result: what `ahnb verify` and `rerun` do."""
