"""Pages that show every shared component at once, served beside the real ones in the tests of the look."""

import datetime as dt

from django import forms
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path

from cpa_portal.kernel.access import public
from cpa_portal.urls import handler400, handler403, handler404, handler500
from cpa_portal.urls import urlpatterns as real_urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class SampleForm(forms.Form):
    name = forms.CharField(label="Nom de naissance", help_text="Comme sur votre pièce d'identité")
    secret = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)
    reason = forms.ChoiceField(
        label="Motif", choices=[("job", "Un emploi"), ("other", "Autre chose")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="Jours possibles",
        choices=[("mon", "Lundi"), ("tue", "Mardi")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    place = forms.ChoiceField(label="Lieu", choices=[("2A004", "Ajaccio"), ("2B033", "Bastia")])
    born_on = forms.DateField(label="Né le", widget=forms.SelectDateWidget(years=range(1950, 1960)))
    story = forms.CharField(label="Votre projet", widget=forms.Textarea, required=False)
    proof = forms.FileField(label="Justificatif", required=False)
    agreed = forms.BooleanField(label="J'ai lu ce qui précède")
    key = forms.CharField(widget=forms.HiddenInput, initial="hidden-value")


PAGE = """{% extends "base.html" %}{% load cpa %}
{% block title %}Échantillon{% endblock title %}
{% block breadcrumb %}{% breadcrumb "Aide" "home:help" "Échantillon" %}{% endblock breadcrumb %}
{% block content %}
<h1>Échantillon</h1>
<p>{% badge "Transmis à AGORA" "success" %} {% badge "En attente" "info" %} {% badge "Brouillon" %}</p>
<p><span class="portal-figure">{{ cents|euros }}</span>, {{ minutes|hours }}, {{ moment|date_fr }}</p>
<form method="post" data-keep id="sample" enctype="multipart/form-data">
  {% csrf_token %}{% form_fields form %}
  <button class="fr-btn" type="submit">Envoyer</button>
</form>
{% empty_state "Aucun dossier" %}<p>Vous pouvez <a href="/">chercher une formation</a>.</p>{% endempty_state %}
<div class="fr-accordions-group">{% accordion "Comment c'est calculé" h2 %}<p>Ainsi.</p>{% endaccordion %}</div>
{% pagination page_obj %}
{% endblock content %}"""


@public
def sample(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect("sample_done")
    facts = {
        "form": form,
        "cents": 123456,
        "minutes": 1470,
        "moment": dt.datetime(2026, 3, 1, 14, 5, tzinfo=dt.UTC),
        "page_obj": Paginator(range(95), 10).get_page(request.GET.get("page")),
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(facts, request))


@public
def sample_done(request: HttpRequest) -> HttpResponse:
    page = '{% extends "base.html" %}{% block content %}<h1>Reçu</h1>{% endblock content %}'
    return HttpResponse(engines["django"].from_string(page).render({}, request))


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


@public
def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("terminating connection due to administrator command")


urlpatterns = [
    path("echantillon/", sample, name="sample"),
    path("echantillon/recu/", sample_done, name="sample_done"),
    path("panne/", broken),
    path("sans-base/", without_database),
    path("api/sans-base/", without_database),
    path("api/panne/", broken),
    *real_urlpatterns,
]
