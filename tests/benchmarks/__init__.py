"""What an answer costs, as ratios within one run; see ``make bench``."""
