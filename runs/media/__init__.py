"""What a run logs by step beside numbers: images, histograms, confusion matrices, tables."""
