"""What the pages of projects and runs read beyond `runs.queries`."""
