from django.http import Http404


def page(request, *args, **kwargs):
    raise Http404
