"""A development identity provider that stands in for FranceConnect, at both levels. Never started outside the demo."""
