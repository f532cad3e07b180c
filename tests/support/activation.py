"""A person who answers the questions of the activation."""

from django.test import Client

PAGES = ("numero", "nom", "naissance")


def birth_date_parts(text: str) -> dict[str, str]:
    year, month, day = text.split("-")
    return {"birth_date_0": day, "birth_date_1": month, "birth_date_2": year}


def answer_questions(client: Client, *, number: str, birth_name: str, birth_date: str) -> str:
    """Answer until the check, and return the address reached: `/activation/verification/` or the question refused."""
    answers = ({"number": number}, {"birth_name": birth_name}, birth_date_parts(birth_date))
    for page, fields in zip(PAGES, answers, strict=True):
        address = f"/activation/{page}/"
        response = client.post(address, fields)
        if response.status_code != 302:
            return address
    return str(response["Location"])


def confirm(client: Client, way: str = "online") -> str:
    """Press a button of the check and return the address reached."""
    response = client.post("/activation/verification/", {"way": way})
    return str(response.get("Location", response.status_code))
