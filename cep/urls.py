from django.urls import URLPattern

app_name = "cep"
urlpatterns: list[URLPattern] = []
