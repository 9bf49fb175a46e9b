"""Recognising faces: packs, engine, quality and matching."""
