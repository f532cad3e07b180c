from django.urls import path

from agora_sync.views.cases import (
    trace_case_close,
    trace_case_detail,
    trace_case_list,
    trace_case_new,
    trace_case_validate,
    trace_detail,
)
from agora_sync.views.conflicts import conflict_decide, conflict_detail, conflict_list
from agora_sync.views.correction_rules import (
    rule_approve,
    rule_detail,
    rule_list,
    rule_refuse,
    rule_switch_off,
)
from agora_sync.views.corrections import (
    correction_detail,
    correction_send,
    correction_undo,
    exchange_correct,
    group_correct,
    reject_list,
    reject_sheet,
    sheet_import,
)
from agora_sync.views.correspondences import (
    correspondence_sheet,
    correspondence_table,
    correspondence_version,
)
from agora_sync.views.deliveries import delivery_code, delivery_fetch, delivery_request
from agora_sync.views.dictionary import dictionary, dictionary_sheet
from agora_sync.views.exchanges import agent_home, exchange_detail, exchange_list, exchange_resend
from agora_sync.views.file_timeline import file_history
from agora_sync.views.gaps import gap_check, gap_detail, gap_list, gap_pull, gap_send
from agora_sync.views.habilitations import habilitation_sheet, habilitation_table
from agora_sync.views.handling import exchange_handle, group_handle
from agora_sync.views.pulls import holder_pull
from agora_sync.views.sending_back import (
    exchange_send_back,
    exchange_take_back,
    sending_back_detail,
    sending_back_list,
)
from agora_sync.views.traces import trace_list
from agora_sync.views.trials import trial_bench

app_name = "agora_sync"
urlpatterns = [
    path("agents/", agent_home, name="agent_home"),
    path("agents/echanges/", exchange_list, name="exchange_list"),
    path("agents/echanges/<uuid:key>/", exchange_detail, name="exchange_detail"),
    path("agents/echanges/<uuid:key>/renvoyer/", exchange_resend, name="exchange_resend"),
    path("agents/echanges/<uuid:key>/corriger/", exchange_correct, name="exchange_correct"),
    path("agents/echanges/<uuid:key>/suivre/", exchange_handle, name="exchange_handle"),
    path("agents/echanges/<uuid:key>/a-qui-l-a-saisi/", exchange_send_back, name="exchange_send_back"),
    path("agents/echanges/<uuid:key>/reprendre/", exchange_take_back, name="exchange_take_back"),
    path("agents/correspondances/", correspondence_table, name="correspondence_table"),
    path("agents/correspondances.csv", correspondence_sheet, name="correspondence_sheet"),
    path("agents/correspondances/<int:number>/", correspondence_version, name="correspondence_version"),
    path("agents/regles/", rule_list, name="rule_list"),
    path("agents/regles/<int:pk>/", rule_detail, name="rule_detail"),
    path("agents/regles/<int:pk>/approuver/", rule_approve, name="rule_approve"),
    path("agents/regles/<int:pk>/ecarter/", rule_refuse, name="rule_refuse"),
    path("agents/regles/<int:pk>/arreter/", rule_switch_off, name="rule_switch_off"),
    path("agents/dossiers/<uuid:file_id>/", file_history, name="file_history"),
    path("renvois/", sending_back_list, name="sending_back_list"),
    path("renvois/<uuid:key>/", sending_back_detail, name="sending_back_detail"),
    path("agents/rejets/", reject_list, name="reject_list"),
    path("agents/rejets.csv", reject_sheet, name="reject_sheet"),
    path("agents/rejets/suivre/", group_handle, name="group_handle"),
    path("agents/rejets/corriger/", group_correct, name="group_correct"),
    path("agents/rejets/importer/", sheet_import, name="sheet_import"),
    path("agents/corrections/<uuid:key>/", correction_detail, name="correction_detail"),
    path("agents/corrections/<uuid:key>/envoyer/", correction_send, name="correction_send"),
    path("agents/corrections/<uuid:key>/abandonner/", correction_undo, name="correction_undo"),
    path("agents/conflits/", conflict_list, name="conflict_list"),
    path("agents/conflits/<uuid:key>/", conflict_detail, name="conflict_detail"),
    path("agents/conflits/<uuid:key>/decider/", conflict_decide, name="conflict_decide"),
    path("agents/ecarts/", gap_list, name="gap_list"),
    path("agents/ecarts/<uuid:key>/", gap_detail, name="gap_detail"),
    path("agents/ecarts/<uuid:key>/renvoyer/", gap_send, name="gap_send"),
    path("agents/ecarts/<uuid:key>/relire/", gap_pull, name="gap_pull"),
    path("agents/ecarts/<uuid:key>/verifier/", gap_check, name="gap_check"),
    path("agents/banc/", trial_bench, name="trial_bench"),
    path("agora/dictionnaire/", dictionary, name="dictionary"),
    path("agora/dictionnaire.csv", dictionary_sheet, name="dictionary_sheet"),
    path("mes-dossiers/actualiser/", holder_pull, name="holder_pull"),
    path("rssi/habilitations/", habilitation_table, name="habilitation_table"),
    path("rssi/habilitations.csv", habilitation_sheet, name="habilitation_sheet"),
    path("rssi/traces/", trace_list, name="trace_list"),
    path("rssi/affaires/", trace_case_list, name="trace_case_list"),
    path("rssi/affaires/nouvelle/", trace_case_new, name="trace_case_new"),
    path("rssi/affaires/<uuid:key>/", trace_case_detail, name="trace_case_detail"),
    path("rssi/affaires/<uuid:key>/valider/", trace_case_validate, name="trace_case_validate"),
    path("rssi/affaires/<uuid:key>/clore/", trace_case_close, name="trace_case_close"),
    path("rssi/affaires/<uuid:key>/remettre/", delivery_request, name="delivery_request"),
    path("rssi/remises/<uuid:key>/code/", delivery_code, name="delivery_code"),
    path("remises-de-traces/<uuid:key>/", delivery_fetch, name="delivery_fetch"),
    path("rssi/affaires/<uuid:key>/traces/<uuid:exchange_id>/", trace_detail, name="trace_detail"),
]
