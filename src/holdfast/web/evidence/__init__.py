"""Evidence: tables, protocols and runs."""
