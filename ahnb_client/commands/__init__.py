"""The commands of `ahnb`, a module each: NAME, HELP, `add_options` and `run`."""
