"""What is wrong, or probably wrong, with a run: what its client found and what we find anew.

The rules are those of the client (`ahnb_client.linting`, decision 8), read with what is stored.
"""
