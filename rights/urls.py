from django.urls import URLPattern, path

from rights.views import counters, requesting, training_files

app_name = "rights"
urlpatterns: list[URLPattern] = [
    path("mes-droits/", counters.counter_list, name="counter_list"),
    path("mes-droits/<slug:slug>/", counters.counter_detail, name="counter_detail"),
    path("mes-dossiers/", training_files.file_list, name="file_list"),
    path("mes-dossiers/demande/<int:session_id>/", requesting.file_request, name="file_request"),
    path("mes-dossiers/<uuid:file_id>/", training_files.file_detail, name="file_detail"),
    path("mes-dossiers/<uuid:file_id>/annuler/", training_files.file_cancel, name="file_cancel"),
]
