import pytest

from accounts.ports import RenderedMessage


def render_greeting(context):
    return RenderedMessage(
        subject=f"Bonjour {context['name']}",
        text="Un message de test.",
        html="<p>Un message de test.</p>",
        attachments=[("rendez-vous.ics", "text/calendar", b"BEGIN:VCALENDAR")],
    )


def render_broken(context):
    raise LookupError("this renderer never works")


@pytest.fixture
def renderers(settings):
    settings.NOTIFICATION_RENDERERS = {
        **settings.NOTIFICATION_RENDERERS,
        "greeting": f"{__name__}.render_greeting",
        "broken": f"{__name__}.render_broken",
    }
