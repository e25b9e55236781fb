"""Accounts: end customers, how they are matched, and the product catalogue."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app `accounts`."""

    name = "accounts"
