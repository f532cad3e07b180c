from django.urls import URLPattern

app_name = "agora_sync"
urlpatterns: list[URLPattern] = []
