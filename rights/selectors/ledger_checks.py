"""Proof that the ledger holds together: each check is one statement over all counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from rights.models import Counter, Entry
from rights.parameters import legal_values
from rights.rules.derivation import Derivation, wrong_steps
from rights.rules.working import other_values


@dataclass(frozen=True)
class Discrepancy:
    """A counter that a check found wrong; `rule` is what should hold."""

    rule: str
    counter_id: int
    detail: str


# Each gives the counter and what was found, for what is wrong only.
CHECKS: dict[str, str] = {
    "le solde, le réservé et le nombre d’écritures égalent ceux des écritures": """
        SELECT counter.id, format('compteur %s/%s/%s, écritures %s/%s/%s', counter.balance, counter.reserved,
                                  counter.last_position, coalesce(sum(entry.amount), 0),
                                  coalesce(-sum(entry.amount) FILTER (WHERE entry.kind IN ('hold', 'release')), 0),
                                  count(entry.id))
        FROM rights_counter counter LEFT JOIN rights_entry entry ON entry.counter_id = counter.id
        GROUP BY counter.id
        HAVING counter.balance <> coalesce(sum(entry.amount), 0)
            OR counter.reserved
               <> coalesce(-sum(entry.amount) FILTER (WHERE entry.kind IN ('hold', 'release')), 0)
            OR counter.last_position <> count(entry.id)
        ORDER BY counter.id""",
    "un solde n’est jamais négatif": """
        SELECT counter_id, format('écriture %s : %s', position, balance_after)
        FROM rights_entry WHERE balance_after < 0 ORDER BY counter_id, position""",
    "les écritures se suivent sans trou, chacune avec le solde qu’elle laisse": """
        SELECT counter_id, format('écriture %s : solde %s, somme %s, rang attendu %s',
                                  position, balance_after, running, expected)
        FROM (SELECT counter_id, position, balance_after,
                     sum(amount) OVER one AS running, row_number() OVER one AS expected
              FROM rights_entry WINDOW one AS (PARTITION BY counter_id ORDER BY position, id)) chain
        WHERE balance_after <> running OR position <> expected ORDER BY counter_id, position""",
    "chaque écriture a sa clé, et chaque clé son écriture": """
        SELECT coalesce(entry.counter_id, key.counter_id),
               format('écriture %s, clé %s', coalesce(entry.position, key.position), coalesce(key.key, 'absente'))
        FROM rights_entry entry FULL JOIN rights_entrykey key
             ON key.counter_id = entry.counter_id AND key.position = entry.position
        WHERE entry.key IS DISTINCT FROM key.key
        ORDER BY 1, 2""",
    "une écriture et son dossier sont de la même personne": """
        SELECT entry.counter_id, format('écriture %s, dossier %s', entry.position, file.id)
        FROM rights_entry entry
        JOIN rights_counter counter ON counter.id = entry.counter_id
        JOIN rights_trainingfile file ON file.id = entry.training_file_id
        WHERE file.holder_id <> counter.holder_id ORDER BY entry.counter_id, entry.position""",
    "un dossier clos ne réserve plus rien, un dossier ne rend jamais plus que réservé": """
        SELECT entry.counter_id, format('dossier %s : %s', file.id, -sum(entry.amount))
        FROM rights_entry entry JOIN rights_trainingfile file ON file.id = entry.training_file_id
        WHERE entry.kind IN ('hold', 'release')
        GROUP BY entry.counter_id, file.id, file.state
        HAVING sum(entry.amount) > 0 OR (file.state IN ('cancelled', 'refused') AND sum(entry.amount) <> 0)
        ORDER BY entry.counter_id, file.id""",
    "une part d’année est alimentée de la somme de ses écritures": """
        SELECT feeding.counter_id, format('%s de %s : %s, écritures %s', feeding.part, feeding.year, feeding.posted,
                                          coalesce(sum(entry.amount), 0))
        FROM rights_yearlyfeeding feeding
        LEFT JOIN rights_entry entry ON entry.counter_id = feeding.counter_id
             AND entry.key ^@ format('feed:%s:%s:%s:', feeding.counter_id, feeding.year, feeding.part)
        GROUP BY feeding.id
        HAVING feeding.posted <> coalesce(sum(entry.amount), 0) OR feeding.rounds <> count(entry.id)
        ORDER BY feeding.counter_id, feeding.year""",
    "une écriture opposée annule exactement celle qu’elle vise": """
        SELECT opposite.counter_id, format('écriture %s : %s, celle visée %s', opposite.position, opposite.amount,
                                           coalesce(original.amount::text, 'absente'))
        FROM rights_entry opposite
        LEFT JOIN rights_entrykey key ON key.key = substr(opposite.key, 9)
        LEFT JOIN rights_entry original ON original.counter_id = key.counter_id AND original.position = key.position
        WHERE opposite.key ^@ 'reverse:'
          AND (original.amount IS DISTINCT FROM -opposite.amount OR original.counter_id <> opposite.counter_id)
        ORDER BY opposite.counter_id, opposite.position""",
    "une somme indue n’est jamais retenue au-delà d’elle-même, ni après son annulation": """
        SELECT min(entry.counter_id), format('somme %s : %s retenus', due.id, -sum(entry.amount))
        FROM rights_unduesum due
        JOIN rights_counter counter ON counter.holder_id = due.holder_id
        JOIN rights_entry entry ON entry.counter_id = counter.id
             AND (entry.key ^@ format('retain:%s:', due.id) OR entry.key ^@ format('reverse:retain:%s:', due.id))
        GROUP BY due.id
        HAVING -sum(entry.amount) NOT BETWEEN 0 AND due.amount_cents
            OR (sum(entry.amount) <> 0 AND EXISTS (SELECT FROM rights_unduesum other WHERE other.cancels_id = due.id))
        ORDER BY due.id""",
    "les points d’une demande sont bloqués jusqu’à sa réponse, pris seulement si elle est acceptée": """
        SELECT min(counter.id), format('demande %s : %s', request.id, coalesce(sum(entry.amount), 0))
        FROM rights_pointsrequest request
        JOIN rights_counter counter ON counter.holder_id = request.holder_id AND counter.scheme = 'c2p'
        LEFT JOIN rights_pointsanswer answer ON answer.request_id = request.id
        LEFT JOIN rights_entry entry ON entry.counter_id = counter.id
             AND entry.key ^@ format('points:%s:', request.id)
        GROUP BY request.id, answer.outcome
        HAVING coalesce(sum(entry.amount), 0)
               <> CASE WHEN answer.outcome IS NULL OR answer.outcome = 'granted' THEN -request.points ELSE 0 END
        ORDER BY request.id""",
    "le calcul enregistré mène au montant de l’écriture": """
        SELECT counter_id, format('écriture %s : %s, calcul %s', position, amount,
                                  derivation #>> '{steps,-1,amount}')
        FROM rights_entry
        WHERE derivation <> '{}' AND abs((derivation #>> '{steps,-1,amount}')::bigint) IS DISTINCT FROM abs(amount)
        ORDER BY counter_id, position""",
}


def ledger_discrepancies() -> Iterator[Discrepancy]:
    """Everything in the ledger that contradicts itself; nothing when it is sound."""
    for rule, query in CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            for counter_id, detail in cursor:
                yield Discrepancy(rule, counter_id, detail)
    yield from _derivation_discrepancies()


RECOMPUTED = "chaque étape d’un calcul se retrouve en la refaisant"
SAME_VALUES = "un calcul de la version actuelle cite les valeurs du barème"


def _derivation_discrepancies() -> Iterator[Discrepancy]:
    """Each stored step done again from its own operands; those of this version compared with the file as well."""
    values = legal_values()
    entries = (
        Entry.objects.exclude(derivation={})
        .order_by("pk")
        .values_list("counter_id", "position", "derivation")
    )
    for counter_id, position, stored in entries.iterator(chunk_size=5_000):
        try:
            derivation = Derivation.from_json(stored)
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            yield Discrepancy(RECOMPUTED, counter_id, f"écriture {position} : calcul illisible ({error})")
            continue
        if derivation is None:
            continue
        for step in wrong_steps(derivation):
            yield Discrepancy(RECOMPUTED, counter_id, f"écriture {position} : étape « {step.label} »")
        if derivation.parameters_version == values.version:
            for operand in other_values(derivation, values):
                yield Discrepancy(SAME_VALUES, counter_id, f"écriture {position} : « {operand.label} »")


def ledger_size() -> tuple[int, int]:
    """How many counters and entries there are."""
    return Counter.objects.count(), Entry.objects.count()
