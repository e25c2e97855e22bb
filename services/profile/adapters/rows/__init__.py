"""Customers, their facts and what links them, as rows."""
