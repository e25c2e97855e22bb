"""The contract's side of the service: messages to domain and back; no decision is made here."""

from services.profile.servicer.service import ProfileServicer, Sources

__all__ = ["ProfileServicer", "Sources"]
