from django.urls import URLPattern, path

from catalog.views import references, search, trainings

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("formations/", search.training_search, name="training_search"),
    path("formations/<int:pk>/", trainings.training_detail, name="training_detail"),
    path("certifications/<str:code>/", references.certification_detail, name="certification_detail"),
    path("organismes/<int:pk>/", references.organisation_detail, name="organisation_detail"),
]
