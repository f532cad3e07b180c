"""What bin/run tells the portal agrees with what AGORA's side registers."""

from agora_sync import demo
from house.environment import DEMO_AGORA_IDENTITY


def test_demo_identity_of_the_portal_is_the_one_registered_at_agora() -> None:
    assert {
        "AGORA_ENVIRONMENT": demo.ENVIRONMENT,
        "AGORA_ISSUER": demo.PORTAL.issuer,
        "AGORA_RECIPIENT": demo.RECIPIENT,
        "AGORA_AUDIENCE": demo.AUDIENCE,
        "AGORA_APPLICATION": demo.PORTAL.application,
        "AGORA_PAGM": ",".join(demo.PORTAL.pagms),
        "AGORA_NAME_ID": demo.PORTAL.name_id,
    } == DEMO_AGORA_IDENTITY
