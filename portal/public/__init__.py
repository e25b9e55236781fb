"""Pages for whoever is not signed in, and the style guide."""
