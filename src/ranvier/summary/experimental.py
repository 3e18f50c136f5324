"""Summaries: steps, scopes and raw messages. Names only."""

from ranvier.events import get_step, set_step, summary_scope, write_raw_pb

__all__ = ["get_step", "set_step", "summary_scope", "write_raw_pb"]
