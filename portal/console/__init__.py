"""The console's own pages, beside those of Django's admin: what a partner manager sets up and watches over."""
