"""Who is one person: identifiers, what links them, and what people decide."""
