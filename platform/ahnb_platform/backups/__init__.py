"""Backup and restore: what the database and the storage hold, as files that can be checked.

layout      what lies where in a backup, and its manifest
making      `manage.py backup`: a snapshot of the database, and the files of the storage
restoring   `manage.py restore`: into an empty database and an empty storage
files       the storage's files, kept under the hash of their content
digests     a digest of every row of every table
tools       PostgreSQL's own programs
lock        what keeps files from being cleaned away under a backup
physical    base backups of the embedded PostgreSQL, and recovery to a moment
    verifying   a base backup against the manifest that PostgreSQL wrote
"""
