"""SCIM 2.0, as providers speak it."""
