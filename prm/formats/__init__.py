"""How Django writes dates and times per language, where its own way differs from the product's (`portal.formats`)."""
