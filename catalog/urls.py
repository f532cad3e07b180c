from django.urls import URLPattern, path

from catalog.api import views as api
from catalog.views import comparison, references, search, suggestions, trainings
from cpa_portal.kernel.access import public

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("formations/", search.training_search, name="training_search"),
    path("formations/suggestions/", suggestions.word_suggestions, name="word_suggestions"),
    path("formations/lieux/", suggestions.place_suggestions, name="place_suggestions"),
    path("formations/lieux/autour/", suggestions.place_around, name="place_around"),
    path("formations/comparer/", comparison.training_comparison, name="training_comparison"),
    path("formations/<int:pk>/", trainings.training_detail, name="training_detail"),
    path("certifications/<str:code>/", references.certification_detail, name="certification_detail"),
    path("organismes/<int:pk>/", references.organisation_detail, name="organisation_detail"),
    path("api/v1/formations/", public(api.TrainingListView.as_view()), name="api_training_list"),
    path("api/v1/formations/<int:pk>/", public(api.TrainingDetailView.as_view()), name="api_training_detail"),
]
