"""What is told of the server to those who run it: access log, numbers, traces, errors."""
