"""Stand where one of the two kinds of session belongs: the template's hook lays it here."""

raise SystemExit(
    "This project was baked without its hooks, so auth/sessions is missing: "
    "bake it again and let the template run them (--accept-hooks yes)."
)
