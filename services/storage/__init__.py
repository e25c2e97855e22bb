"""How any service of ours keeps rows: engines, transactions, migrations; knows no table."""
