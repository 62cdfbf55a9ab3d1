"""Single sign-on: a team's provider says who somebody is."""
