"""Registering by forwarded mail: the address, the mail's parts, and what its text says."""
