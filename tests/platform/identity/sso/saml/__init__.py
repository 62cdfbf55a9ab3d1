"""SAML against an identity provider of pysaml2."""
