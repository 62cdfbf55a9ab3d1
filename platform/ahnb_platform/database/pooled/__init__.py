"""Django's backend for a PostgreSQL behind pgbouncer in transaction mode."""
