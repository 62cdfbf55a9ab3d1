"""Which passwords are refused, without asking anybody outside."""
