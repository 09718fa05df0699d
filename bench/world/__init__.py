"""Worlds of trade whose answers are known: tables as netinv takes them, and the truth beside."""
