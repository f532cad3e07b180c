"""What the gateway of local systems serves, and nothing else."""

from django.urls import path

from agora_sync.gateway.views import local_endpoint
from cpa_portal.urls_agora import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("agora-local/v1/", local_endpoint, name="agora_local_endpoint")]
