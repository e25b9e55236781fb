"""The product's addresses, and the drill's."""

from django.urls import path

from bench.drill import views
from prm.urls import urlpatterns as product

urlpatterns = [
    *product,
    path("drill/register/", views.register),
    path("drill/naive/", views.send_naively),
]
