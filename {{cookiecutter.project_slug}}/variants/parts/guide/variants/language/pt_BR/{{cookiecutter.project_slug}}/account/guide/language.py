"""Name the language that docs/guide.md is written in; the page around it speaks the reader's."""

LANGUAGE = "pt_BR"
