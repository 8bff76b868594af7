"""The helpdesk, and a path that says that it is up."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("healthz", lambda _request: HttpResponse("ok")),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]
