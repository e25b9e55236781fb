"""Reference pages written from the code, so that they can't say anything else; see `generate_reference`."""
