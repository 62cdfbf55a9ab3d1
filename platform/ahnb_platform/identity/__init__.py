"""How people show who they are: passwords, second factors, sessions, single sign-on, SCIM."""
