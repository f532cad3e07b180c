from django.urls import URLPattern, path

from cpa_portal.kernel.access import public
from rights.api.calculation import CalculationView
from rights.views import counters, parameters, requesting, training_files

app_name = "rights"
urlpatterns: list[URLPattern] = [
    path("baremes/", parameters.parameter_tables, name="parameter_tables"),
    path("api/v1/calcul/", public(CalculationView.as_view()), name="api_calculation"),
    path("mes-droits/", counters.counter_list, name="counter_list"),
    path("mes-droits/<slug:slug>/", counters.counter_detail, name="counter_detail"),
    path("mes-dossiers/", training_files.file_list, name="file_list"),
    path("mes-dossiers/demande/<int:session_id>/", requesting.file_request, name="file_request"),
    path("mes-dossiers/<uuid:file_id>/", training_files.file_detail, name="file_detail"),
    path("mes-dossiers/<uuid:file_id>/annuler/", training_files.file_cancel, name="file_cancel"),
]
