"""Health of a run: metrics, distance to real music, decisions, rollback."""
