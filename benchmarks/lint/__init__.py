"""What the linter of trainings finds: sound programs, and the same with a fault planted."""
