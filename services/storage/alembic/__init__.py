"""What Alembic runs around the migrations of every service."""
