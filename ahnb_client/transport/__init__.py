"""The way from a record in this process to a row on the server: spool, plan, sender."""
