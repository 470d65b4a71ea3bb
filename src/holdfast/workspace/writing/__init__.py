"""What a run writes: result tables, their description, the ledger of protocols, and new workspaces."""
