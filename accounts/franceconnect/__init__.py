"""Sign-in with FranceConnect v2 (OpenID Connect): what it answers is checked here, whatever the library trusts."""
