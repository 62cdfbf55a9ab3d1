"""What a run logs by step beside numbers."""
