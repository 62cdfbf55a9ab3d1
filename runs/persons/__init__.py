"""A person's data as a whole: handed over (`exporting`), or forgotten (`erasing`)."""
