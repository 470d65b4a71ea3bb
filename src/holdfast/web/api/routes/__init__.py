"""The routes, a module for each room that they open."""
