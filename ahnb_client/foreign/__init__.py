"""Reads what other tools recorded: CSVLogger's files, TensorBoard's event files."""
