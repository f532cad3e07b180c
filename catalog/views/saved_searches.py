"""Searches that a person keeps, and the link by which a message stops them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_holder
from accounts.selectors.contact_points import address_of
from accounts.views.requests import HolderRequest
from catalog.enums import AlertFrequency
from catalog.exceptions import CatalogRefusal, SearchTooWide
from catalog.forms.saved_searches import AlertForm, SavedSearchForm
from catalog.forms.search import canonical_query, search_label, wish_of
from catalog.models import SavedSearch
from catalog.ports import rights_outlook
from catalog.selectors.kept import saved_searches
from catalog.selectors.trainings import Wish
from catalog.services.alerts import searches_of_token
from catalog.services.kept import change_alert, forget_search, save_search, stop_alerts
from cpa_portal.kernel.access import public, requires


@requires(is_holder)
@never_cache
@require_safe
def saved_search_list(request: HolderRequest) -> HttpResponse:
    context = {
        "searches": saved_searches(request.holder),
        "has_address": bool(address_of(request.holder)),
    }
    return render(request, "catalog/saved_search_list.html", context)


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_search_add(request: HolderRequest) -> HttpResponse:
    """The search is in the address, as it is on the page of results."""
    query = canonical_query(request.GET)
    wish = _wish(request, query)
    if wish is None:
        messages.warning(request, "Le lieu de cette recherche n’est pas reconnu : choisissez-le d’abord.")
        return redirect("catalog:training_search")
    # How often is for the person to choose: no alert is given unasked.
    usual = {"label": search_label(query)}
    form = SavedSearchForm(request.POST if request.method == "POST" else None, initial=usual)
    if form.is_valid():
        try:
            save_search(
                holder=request.holder,
                query=query,
                label=form.cleaned_data["label"],
                frequency=AlertFrequency(form.cleaned_data["frequency"]),
                wish=wish,
            )
        except CatalogRefusal as refusal:
            form.add_error("frequency" if isinstance(refusal, SearchTooWide) else None, refusal.message)
        else:
            messages.success(request, "Votre recherche est gardée.")
            return redirect("catalog:saved_search_list")
    return render(request, "catalog/saved_search_add.html", {"form": form, "query": query})


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_search_change(request: HolderRequest, pk: int) -> HttpResponse:
    search = _own(request, pk)
    form = AlertForm(
        request.POST if request.method == "POST" else None, initial={"frequency": search.frequency}
    )
    if form.is_valid():
        frequency = AlertFrequency(form.cleaned_data["frequency"])
        try:
            change_alert(search=search, frequency=frequency, wish=_wish(request, search.query))
        except SearchTooWide as refusal:
            form.add_error("frequency", refusal.message)
        else:
            messages.success(request, "C’est changé.")
            return redirect("catalog:saved_search_list")
    return render(request, "catalog/saved_search_change.html", {"form": form, "search": search})


@requires(is_holder)
@require_POST
def saved_search_delete(request: HolderRequest, pk: int) -> HttpResponse:
    search = _own(request, pk)
    forget_search(search=search)
    messages.success(request, f"« {search.label} » n’est plus dans vos recherches.")
    return redirect("catalog:saved_search_list")


# The link is the proof: a mail program posts to it on its own, without a page of ours before (RFC 8058 §3.1).
@csrf_exempt
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Reading it changes nothing: mail programs open the links of a message to inspect them."""
    searches = searches_of_token(token)
    if searches is None:
        raise Http404("Ce lien n’est pas l’un des nôtres.")
    if request.method == "POST":
        stop_alerts(searches=list(searches))
        return render(request, "catalog/alert_stopped.html", {"searches": searches})
    return render(request, "catalog/alert_stop.html", {"searches": searches})


def _own(request: HolderRequest, pk: int) -> SavedSearch:
    return get_object_or_404(saved_searches(request.holder), pk=pk)


def _wish(request: HolderRequest, query: str) -> Wish | None:
    day = timezone.localdate()
    return wish_of(query, day=day, outlook=rights_outlook(request.holder, day))
