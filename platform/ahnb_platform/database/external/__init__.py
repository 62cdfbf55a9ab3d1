"""Django's backend for the PostgreSQL of `DATABASE_URL`."""
