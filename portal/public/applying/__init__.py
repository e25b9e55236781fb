"""The public side of applications: programs, the form, and the page behind the secret link."""
