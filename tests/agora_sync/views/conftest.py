import pytest
from django.test import Client

from accounts.models import User
from tests.support.agora_rejects import agent_of


@pytest.fixture
def agent(client: Client) -> User:
    """An agent of Corsica, signed in."""
    user = agent_of(first_name="Ange", last_name="Santoni")
    client.force_login(user)
    return user
