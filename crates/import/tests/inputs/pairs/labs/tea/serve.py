"""Serve it hot."""
