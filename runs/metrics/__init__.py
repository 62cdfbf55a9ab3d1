"""The metric store: points of time series in binary chunks. Nobody else decodes a chunk."""
