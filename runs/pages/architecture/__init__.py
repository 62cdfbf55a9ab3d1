"""What a captured model is made of and what it takes: read, counted, laid out and drawn."""
