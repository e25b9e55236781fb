#!/usr/bin/env python
"""Runs a Django management command. `make manage ARGS="…"` does so against the embedded services."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    execute_from_command_line(sys.argv)
