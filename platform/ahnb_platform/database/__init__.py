"""PostgreSQL: an external one by `DATABASE_URL`, else our own, kept beside the data.

    config      Django's DATABASES entry, from the environment
    backend     Django's PostgreSQL backend; starts ours when a connection is really made
    retrying    transactions again that PostgreSQL broke off
    pooling     the pooler before it, through which requests go
    embedded    what a process that uses our PostgreSQL does: hold its lock, have it started
    keeper      the small program that owns the `postgres` process and stops it after its last user
    cluster     the folder that PostgreSQL keeps its data in: made once, never replaced
    postmaster  the `postgres` process: start, readiness, stop, what a crash leaves behind
    archiving   the archive of PostgreSQL's log, if one is kept
    identity    as whom `postgres` runs, since it refuses to run as root
    places      where in the data directory everything lies
    locks  process  files locked between processes; signals and the process table

Everything below `embedded` uses the standard library alone and never imports Django.
"""
