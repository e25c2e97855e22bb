"""How any process of ours serves; knows no service, no message, no model."""
