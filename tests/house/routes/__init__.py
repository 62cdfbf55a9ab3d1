"""Every route of the server, who calls it, and with what; the tests are beside this folder."""
