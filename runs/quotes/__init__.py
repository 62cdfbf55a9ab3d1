"""Values of metrics as they are quoted: what each was when it was taken, by whom, for good."""
