"""Text messages of the demonstration: each is a file in a folder, that anybody may open."""

from pathlib import Path

from django.conf import settings


def put_in_folder(*, number: str, text: str, reference: str) -> None:
    """Write the message in settings.SMS_DIR. Tried twice under one reference, it is one file."""
    folder = Path(settings.SMS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{reference}.txt").write_text(f"{number}\n\n{text}\n", encoding="utf-8")
