"""What `ahnb doctor` looks at."""
