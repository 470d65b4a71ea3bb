"""Register: changes, practices and vocabularies."""
