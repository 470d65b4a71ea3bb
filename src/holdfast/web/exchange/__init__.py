"""Exchange: workspaces in and out, backup and restore."""
