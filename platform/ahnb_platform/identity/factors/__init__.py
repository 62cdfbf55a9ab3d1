"""Second factors: codes of an app, keys and passkeys, recovery codes; and who must have one."""
