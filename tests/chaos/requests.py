"""Requests of one person at the same moment, over HTTP against real workers: one counter cannot pay them all."""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path

import httpx
from django.utils import timezone

from accounts.models import Holder
from catalog.models import Session
from rights.enums import EntryKind, Scheme
from rights.models import Counter, TrainingFile
from rights.selectors.funding import funding_plan
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.selectors.session_facts import facts_of_session, session_for_request
from rights.services.ledger import ensure_counter, post_entry
from rights.services.training_files.guards import request_refusal
from tests.bench.web import ROOT, wait_for
from tests.support.http import sign_in
from tests.support.threads import run_together

LOGIN, PASSWORD = "titulaire{:03}@demo.test", "demo-cpa-2026"
FIELDS = ("csrfmiddlewaretoken", "idempotency_key", "expected_charge_cents")
# So that some are refused: the balance pays this share of what is asked.
PAID_SHARE = 0.6
# One form in ten is sent twice at the same moment, as a double click does.
TWICE = 10


def add_arguments(trials: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = trials.add_parser("requests", help="many requests on one counter")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--workers", type=int, default=4, help="processes of the web server, 4 threads each")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    holder = unused_holder()
    sessions = requestable_sessions(holder, options.requests)
    counter = fund(holder, sessions)
    opened = counter.balance
    with served(options.workers) as url, httpx.Client(base_url=url, timeout=120) as client:
        sign_in(client, str(holder.user.email), PASSWORD)  # type: ignore[union-attr]
        forms = [form_of(client, session) for session in sessions]
        started = time.perf_counter()
        answers = sent_together(url, client.cookies, [*forms, *forms[::TWICE]])
        elapsed = time.perf_counter() - started
    check_answers(answers)
    check_ledger(counter, opened, asked=len(forms))
    files = TrainingFile.objects.filter(holder=holder).count()
    print(  # noqa: T201 - this is the command's output
        f"requests: {len(answers)} at once on one counter in {elapsed:.1f} s, {files} files, "
        f"{len(forms) - files} refused for lack of rights, balance exact, no hold lost, no error shown"
    )


def unused_holder() -> Holder:
    """Each run takes another person of the demonstration, so that it may be run again on the same data."""
    for rank in range(1, 300):
        holder = Holder.objects.select_related("user").filter(user__email=LOGIN.format(rank)).first()
        if holder and holder.is_alive and not TrainingFile.objects.filter(holder=holder).exists():
            return holder
    raise AssertionError("every demonstration person has files: remove the data folder")


def requestable_sessions(holder: Holder, wanted: int) -> list[Session]:
    """Sessions of as many different trainings that this person may ask for and that their rights pay."""
    today, found = timezone.localdate(), []
    rows = Session.objects.order_by("action__training_id", "pk").distinct("action__training_id")
    for key in rows.values_list("pk", flat=True):
        session = session_for_request(key)
        if request_refusal(holder=holder, session=session, today=today):
            continue
        facts = facts_of_session(session, today)
        if funding_plan(holder=holder, facts=facts, day=today).refusal:
            continue
        found.append(session)
        if len(found) == wanted:
            return found
    raise AssertionError(f"the demonstration has only {len(found)} trainings to ask for")


def fund(holder: Holder, sessions: list[Session]) -> Counter:
    """One counter alone, with a part of what all the files would take."""
    for counter in Counter.objects.filter(holder=holder, balance__gt=0).exclude(scheme=Scheme.CPF):
        post(counter, EntryKind.DEBIT, -counter.balance)
    counter = ensure_counter(holder=holder, scheme=Scheme.CPF)
    wanted = int(sum(session.action.price_cents or 0 for session in sessions) * PAID_SHARE)
    if wanted > counter.balance:
        post(counter, EntryKind.CREDIT, wanted - counter.balance)
    counter.refresh_from_db()
    return counter


def post(counter: Counter, kind: EntryKind, amount: int) -> None:
    post_entry(
        counter=counter, kind=kind, amount=amount, value_date=timezone.localdate(),
        label="Essai", source="bin/chaos", key=f"chaos:{counter.pk}:{counter.last_position}",
    )  # fmt: skip


def form_of(client: httpx.Client, session: Session) -> tuple[str, dict[str, str]]:
    """The form as the person sees it while the whole balance is still there."""
    path = f"/mes-dossiers/demande/{session.pk}/"
    page = client.get(path).raise_for_status().text
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in FIELDS}
    missing = [name for name, value in found.items() if value is None]
    assert not missing, f"{path} has no {', '.join(missing)}"
    return path, {name: value[1] for name, value in found.items() if value}


def sent_together(
    url: str, cookies: httpx.Cookies, forms: list[tuple[str, dict[str, str]]]
) -> list[httpx.Response]:
    answers: list[httpx.Response] = []

    def send(path: str, fields: dict[str, str]) -> None:
        with httpx.Client(base_url=url, cookies=cookies, timeout=300) as client:
            answers.append(client.post(path, data=fields, headers={"Referer": f"{url}{path}"}))

    run_together([lambda path=path, fields=fields: send(path, fields) for path, fields in forms], seconds=600)
    return answers


def check_answers(answers: list[httpx.Response]) -> None:
    statuses = Tally(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 302}, f"answers {dict(statuses)}"
    refused = [answer for answer in answers if answer.status_code == 200]
    unexplained = [answer for answer in refused if "Votre solde" not in answer.text]
    assert not unexplained, f"{len(unexplained)} refusals without their reason"
    log = Path(os.environ["CPA_DATA"]) / "postgres" / "server.log"
    assert not log.exists() or "deadlock detected" not in log.read_text(errors="replace"), (
        "a deadlock in the log"
    )


def check_ledger(counter: Counter, opened: int, *, asked: int) -> None:
    counter.refresh_from_db()
    files = TrainingFile.objects.filter(holder=counter.holder)
    held = sum(part.amount_cents for file in files for part in file.fundings.filter(counter=counter))
    assert 0 < files.count() < asked, f"{files.count()} files: the trial needs some refused and some not"
    assert counter.reserved == held, f"reserved {counter.reserved}, files {held}"
    assert counter.balance + counter.reserved == opened, (
        f"{counter.balance} + {counter.reserved} is not {opened}"
    )
    wrong = list(ledger_discrepancies())
    assert not wrong, f"{len(wrong)} discrepancies, first {wrong[0]}"


@contextlib.contextmanager
def served(workers: int) -> Iterator[str]:
    port = int(os.environ["SITE_URL"].rpartition(":")[2])
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:cpa_portal.web_server",
         "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "cpa_portal.wsgi:application"],
        cwd=ROOT, env={**os.environ, "WEB_CONCURRENCY": str(workers)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
