"""How long what is recorded lives: trash, retention, quotas, and how much room it all takes."""
