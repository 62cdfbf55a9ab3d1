"""People, teams, tokens and audit: who somebody is and what they may."""
