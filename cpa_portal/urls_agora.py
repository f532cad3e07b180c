"""What the mutual-TLS listener serves, and nothing else."""

from django.urls import path

from agora_sync.provider.views import endpoint

urlpatterns = [path("agora/v1/", endpoint, name="agora_endpoint")]
