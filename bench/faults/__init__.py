"""Kills workers, Valkey and PostgreSQL under load, and counts what is lost: `make faults`."""
