"""Scripted WebRTC students."""
