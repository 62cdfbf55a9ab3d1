"""The list of one's own sessions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from ahnb_platform.accounts.person import PersonRequest

from .. import sessions


@never_cache
def session_list(request: PersonRequest) -> HttpResponse:
    """What is open; POST ends one (`end`: its handle) or all but this one (`end`: others)."""
    user, key = request.user, request.session.session_key
    if request.method != "POST":
        found = sessions.sessions_of(user, key)
        return render(request, "identity/sessions.html", {"sessions": found})
    chosen = request.POST.get("end", "others")
    if chosen == "others":
        count = sessions.end_other_sessions(user=user, current_key=key, by=user)
        messages.success(request, f"Ended: {count}." if count else "There was no other session.")
    else:
        sessions.end_session(user=user, handle=chosen, by=user)
        messages.success(request, "The session is ended.")
    return redirect("identity:sessions")
