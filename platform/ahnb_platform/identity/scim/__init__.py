"""SCIM 2.0 (RFC 7643, 7644): a provider keeps the people and groups of its domains up to date."""
