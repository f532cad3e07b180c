from django.urls import path

from agora_sync.views.exchanges import agent_home, exchange_detail, exchange_list
from agora_sync.views.pulls import holder_pull
from agora_sync.views.traces import trace_list

app_name = "agora_sync"
urlpatterns = [
    path("agents/", agent_home, name="agent_home"),
    path("agents/echanges/", exchange_list, name="exchange_list"),
    path("agents/echanges/<uuid:key>/", exchange_detail, name="exchange_detail"),
    path("mes-dossiers/actualiser/", holder_pull, name="holder_pull"),
    path("rssi/traces/", trace_list, name="trace_list"),
]
