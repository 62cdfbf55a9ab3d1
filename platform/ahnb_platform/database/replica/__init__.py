"""A streaming replica that pages are read from, never later than a bound, never behind a person.

    config      the connection of `AHNB_REPLICA_URL`
    freshness   how far the replica is behind, by positions in the log of writes

`ahnb_platform.web.replica` sends the GET of a page there, unless its person has just written.
The API, sessions, rights to log in and all writes stay with the primary. A page that turns out to
write is made again with the primary.
"""
