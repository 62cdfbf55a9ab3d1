"""The Django project: settings, database, accounts, API foundations and web foundations."""
