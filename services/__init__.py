"""The services of Ofone, and what they share: how they serve and how they keep rows."""
