"""Who is this customer: events, identities, consent, and the state that decisions read."""
