"""Doorward without a screen or a socket."""
