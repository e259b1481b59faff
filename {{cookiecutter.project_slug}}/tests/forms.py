"""Read the forms of a page that say what they were made for."""

from typing import NamedTuple

from .browser import Browser
from .crawling import Page, read


class Form(NamedTuple):
    action: str
    fields: dict[str, str]


def forms_on(shown: Page) -> list[Form]:
    """Return the forms of a page that carry a mark, with what stands in them."""
    found: list[Form] = []
    for tag, attributes in shown.tags:
        if tag == "form":
            found.append(Form(attributes.get("action", shown.path), {}))
        elif tag == "input" and found and "name" in attributes:
            found[-1].fields[attributes["name"]] = attributes.get("value", "")
    return [form for form in found if "made_for" in form.fields]


def form_at(client: Browser, path: str) -> Form:
    (form,) = forms_on(read(path, client.get(path).text))
    return form
