from django.contrib.sitemaps import views as sitemap_views
from django.urls import URLPattern, path

from catalog.api import views as api
from catalog.sitemaps import SITEMAPS
from catalog.views import (
    comparison,
    imports,
    kept,
    occupations,
    open_data,
    references,
    reports_by_people,
    saved_searches,
    search,
    suggestions,
    trainings,
    trials,
    watch,
)
from cpa_portal.kernel.access import public

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("formations/", search.training_search, name="training_search"),
    path("formations/suggestions/", suggestions.word_suggestions, name="word_suggestions"),
    path("formations/lieux/", suggestions.place_suggestions, name="place_suggestions"),
    path("formations/lieux/autour/", suggestions.place_around, name="place_around"),
    path("formations/comparer/", comparison.training_comparison, name="training_comparison"),
    path("formations/<int:pk>/", trainings.training_detail, name="training_detail"),
    path("formations/sessions/<int:pk>/agenda.ics", trainings.session_calendar, name="session_calendar"),
    path("formations/<int:pk>/garder/", kept.training_keep, name="training_keep"),
    path("formations/<int:pk>/ne-plus-garder/", kept.training_release, name="training_release"),
    path("formations/<int:pk>/signaler/", reports_by_people.training_report, name="training_report"),
    path("formations/<int:pk>/signalee/", reports_by_people.training_reported, name="training_reported"),
    path("mes-signalements/", reports_by_people.own_report_list, name="own_report_list"),
    path("surveillance/formations/", watch.sign_list, name="sign_list"),
    path("surveillance/formations/<slug:sign>/<slug:subject>/", watch.sign_detail, name="sign_detail"),
    path("mes-formations-gardees/", kept.kept_list, name="kept_list"),
    path("mes-recherches/", saved_searches.saved_search_list, name="saved_search_list"),
    path("mes-recherches/garder/", saved_searches.saved_search_add, name="saved_search_add"),
    path("mes-recherches/<int:pk>/", saved_searches.saved_search_change, name="saved_search_change"),
    path(
        "mes-recherches/<int:pk>/supprimer/", saved_searches.saved_search_delete, name="saved_search_delete"
    ),
    path("alertes/arreter/<str:token>/", saved_searches.alert_stop, name="alert_stop"),
    path("certifications/<str:code>/", references.certification_detail, name="certification_detail"),
    path("metiers/", occupations.occupation_suggestions, name="occupation_suggestions"),
    path("metiers/<str:code>/", occupations.occupation_detail, name="occupation_detail"),
    path("organismes/<int:pk>/", references.organisation_detail, name="organisation_detail"),
    path("donnees-ouvertes/", open_data.open_data, name="open_data"),
    path("donnees-ouvertes/offre.<slug:form>.gz", open_data.open_data_file, name="open_data_file"),
    path("robots.txt", open_data.robots, name="robots"),
    path(
        "sitemap.xml",
        public(sitemap_views.index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "catalog:sitemap_section"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        public(sitemap_views.sitemap),
        {"sitemaps": SITEMAPS},
        name="sitemap_section",
    ),
    path("agents/imports/", imports.import_list, name="import_list"),
    path("agents/imports/nouveau/", imports.import_new, name="import_new"),
    path("agents/imports/fichiers/<uuid:pk>/", imports.import_order, name="import_order"),
    path("agents/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("agents/imports/<int:pk>/rapport.csv", imports.import_report, name="import_report"),
    path("essais-de-fichiers/", trials.trial_list, name="trial_list"),
    path("essais-de-fichiers/<uuid:pk>/", trials.trial_detail, name="trial_detail"),
    path("essais-de-fichiers/<uuid:pk>/rapport.csv", trials.trial_report, name="trial_report"),
    path("api/v1/formations/", public(api.TrainingListView.as_view()), name="api_training_list"),
    path("api/v1/formations/<int:pk>/", public(api.TrainingDetailView.as_view()), name="api_training_detail"),
]
