"""The snippets and signatures of the workspace."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.compose import snippets
from parvis.compose.models import Snippet
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.snippets import SnippetForm
from parvis.web.views.posted import posted_from


@require_http_methods(["GET", "POST"])
def list_snippets(request: DeskRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    return _page(request, Snippet(workspace=request.workspace))


@require_http_methods(["GET", "POST"])
def change_snippet(request: DeskRequest, snippet_id: int) -> HttpResponse:
    return _page(request, _snippet(request, snippet_id))


@posted_from("snippets")
def delete_snippet(request: DeskRequest, snippet_id: int) -> HttpResponse:
    snippet = _snippet(request, snippet_id)
    snippets.delete_snippet(snippet)
    messages.success(
        request,
        _("“%(name)s” is deleted. Scheduled posts go out as they were shown.")
        % {"name": snippet.name},
    )
    return redirect("snippets")


def _page(request: DeskRequest, snippet: Snippet) -> HttpResponse:
    form = SnippetForm(request.POST or None, instance=snippet, workspace=request.workspace)
    if form.is_valid() and _is_kept(form):
        messages.success(request, _("“%(name)s” is kept.") % {"name": snippet.name})
        return redirect("snippets")
    context = {
        "form": form,
        "changed": Snippet.objects.filter(pk=snippet.pk).first() if snippet.pk else None,
        "snippets": snippets.snippets_of(request.workspace),
    }
    status = 422 if form.errors else 200
    return render(request, "parvis/settings/snippets.html", context, status=status)


def _is_kept(form: SnippetForm) -> bool:
    try:
        snippets.keep_snippet(form.instance)
    except snippets.NameTaken:
        form.add_error("name", _("Another snippet has this name. Choose another one."))
    except snippets.SignedAlready as already:
        told = {"name": already.other.name}
        form.add_error("account", _("“%(name)s” is the signature here. Change that one.") % told)
    else:
        return True
    return False


def _snippet(request: DeskRequest, snippet_id: int) -> Snippet:
    return get_object_or_404(Snippet, pk=snippet_id, workspace=request.workspace)
