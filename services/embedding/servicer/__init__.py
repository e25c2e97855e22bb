"""The contract's side of the service: messages to domain and back; no decision is made here."""

from services.embedding.servicer.service import EmbeddingServicer

__all__ = ["EmbeddingServicer"]
