from django.urls import URLPattern, path

from cpa_portal.kernel.access import public
from rights.api.calculation import CalculationView
from rights.views import (
    counters,
    entrusted,
    file_documents,
    file_steps,
    instruction,
    organisation_inbox,
    own_acts,
    own_undue_sums,
    parameters,
    points_decisions,
    requesting,
    simulation,
    statements,
    training_files,
    undue_sums,
)

app_name = "rights"
urlpatterns: list[URLPattern] = [
    path("baremes/", parameters.parameter_tables, name="parameter_tables"),
    path("api/v1/calcul/", public(CalculationView.as_view()), name="api_calculation"),
    path("verifier/", statements.statement_check, name="statement_check"),
    path("mes-droits/releve/", statements.statement_draw, name="statement_draw"),
    path("mes-droits/et-si/", simulation.simulation, name="simulation"),
    path("mes-droits/", counters.counter_list, name="counter_list"),
    path("mes-droits/comparer/", counters.comparison, name="comparison"),
    path("mes-droits/convertir/", own_acts.conversion, name="conversion"),
    path("mes-droits/points/", own_acts.points_use, name="points_use"),
    path("mes-droits/points/<uuid:pk>/retirer/", own_acts.points_withdraw, name="points_withdraw"),
    path("mes-droits/sommes-indues/", own_undue_sums.own_undue_sum_list, name="own_undue_sum_list"),
    path("mes-droits/sommes-indues/<int:pk>/", own_undue_sums.own_undue_sum, name="own_undue_sum"),
    path("mes-droits/<slug:slug>/", counters.counter_detail, name="counter_detail"),
    path("accompagnement/<uuid:pk>/droits/", entrusted.entrusted_rights, name="entrusted_rights"),
    path("organismes-de-formation/", organisation_inbox.inbox, name="organisation_inbox"),
    path("organismes-de-formation/equipe/", organisation_inbox.team, name="organisation_team"),
    path("mes-dossiers/", training_files.file_list, name="file_list"),
    path("mes-dossiers/demande/<int:session_id>/", requesting.file_request, name="file_request"),
    path("mes-dossiers/<uuid:file_id>/", training_files.file_detail, name="file_detail"),
    path("mes-dossiers/demande-libre/", file_steps.free_request, name="free_request"),
    path("mes-dossiers/<uuid:file_id>/etape/<slug:slug>/", file_steps.file_step, name="file_step"),
    path("mes-dossiers/<uuid:file_id>/messages/", file_steps.file_message, name="file_message"),
    path(
        "mes-dossiers/<uuid:file_id>/documents/", file_documents.file_document_add, name="file_document_add"
    ),
    path(
        "mes-dossiers/<uuid:file_id>/documents/<uuid:pk>/", file_documents.file_document, name="file_document"
    ),
    path(
        "mes-dossiers/<uuid:file_id>/documents/<uuid:pk>/retirer/",
        file_documents.file_document_remove,
        name="file_document_remove",
    ),
    path("mes-dossiers/<uuid:file_id>/complement/", file_steps.file_top_up, name="file_top_up"),
    path("instruction/", instruction.instruction_list, name="instruction_list"),
    path("instruction/points/", points_decisions.points_request_list, name="points_request_list"),
    path(
        "instruction/points/<uuid:pk>/", points_decisions.points_request_detail, name="points_request_detail"
    ),
    path("instruction/sommes-indues/", undue_sums.undue_sum_list, name="undue_sum_list"),
    path("instruction/sommes-indues/<int:pk>/", undue_sums.undue_sum_detail, name="undue_sum_detail"),
    path(
        "instruction/sommes-indues/<int:pk>/remboursement/",
        undue_sums.repayment_receive,
        name="repayment_receive",
    ),
    path("instruction/<uuid:file_id>/somme-indue/", undue_sums.undue_sum_record, name="undue_sum_record"),
    path("instruction/sessions/<int:session_id>/", instruction.session_sheet, name="session_sheet"),
    path("instruction/<uuid:file_id>/", instruction.instruction_detail, name="instruction_detail"),
    path("instruction/<uuid:file_id>/messages/", instruction.instruction_message, name="instruction_message"),
    path(
        "instruction/<uuid:file_id>/documents/",
        file_documents.instruction_document_add,
        name="instruction_document_add",
    ),
    path(
        "instruction/<uuid:file_id>/documents/<uuid:pk>/",
        file_documents.instruction_document,
        name="instruction_document",
    ),
    path(
        "instruction/<uuid:file_id>/documents/<uuid:pk>/retirer/",
        file_documents.instruction_document_remove,
        name="instruction_document_remove",
    ),
    path("instruction/<uuid:file_id>/<slug:slug>/", instruction.instruction_step, name="instruction_step"),
    path("mes-dossiers/<uuid:file_id>/annuler/", training_files.file_cancel, name="file_cancel"),
]
