"""Trainings that a person keeps. Shown to that person alone."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_holder
from accounts.views.requests import HolderRequest
from catalog.exceptions import TooManyKept
from catalog.models import Training
from catalog.selectors.kept import kept_trainings
from catalog.selectors.trainings import PAGE_SIZE
from catalog.services.kept import keep_training, let_training_go
from cpa_portal.kernel.access import requires


@requires(is_holder)
@never_cache
@require_safe
def kept_list(request: HolderRequest) -> HttpResponse:
    kept = kept_trainings(request.holder, day=timezone.localdate())
    page = Paginator(kept, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "catalog/kept_list.html", {"page_obj": page})


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def training_keep(request: HolderRequest, pk: int) -> HttpResponse:
    """The page asks, the button keeps: who had to sign in first comes back to the page."""
    training = get_object_or_404(Training.objects.select_related("organisation"), pk=pk)
    if request.method != "POST":
        return render(request, "catalog/training_keep.html", {"training": training})
    try:
        keep_training(holder=request.holder, training=training)
    except TooManyKept as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"« {training.title} » est dans vos formations gardées.")
    return redirect("catalog:kept_list")


@requires(is_holder)
@require_POST
def training_release(request: HolderRequest, pk: int) -> HttpResponse:
    training = get_object_or_404(Training, pk=pk)
    let_training_go(holder=request.holder, training_id=pk)
    messages.success(request, f"« {training.title} » n’est plus dans vos formations gardées.")
    return redirect("catalog:kept_list")
