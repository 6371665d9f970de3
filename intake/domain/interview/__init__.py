"""The chat's interview: what is asked next and when enough is known; pure, one for both engines."""
