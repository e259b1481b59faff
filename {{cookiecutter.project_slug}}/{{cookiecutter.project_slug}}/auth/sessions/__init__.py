"""Placeholder for the chosen kind of session: the template's hook puts it here."""

raise SystemExit(
    "This project was baked without its hooks, so auth/sessions is missing: "
    "bake it again and let the template run them (--accept-hooks yes)."
)
