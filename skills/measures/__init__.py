"""Formulas as pure functions: no session, no clock, no words."""
