"""Proctoring over HTTP and WebSocket."""
