"""A request that tells by other means who makes it uses no cookie, and gets no more for it."""

from my_flask_app.account import add_part
from my_flask_app.auth.parts import Part
from my_flask_app.core.web.request import Loader

from ...auth import test_loaders
from ...auth.test_loaders import BOB, BY_PROGRAM, BY_PROXY, use
from ...conftest import MakeApp
from ...support.http import Browser

bob = test_loaders.bob


def test_the_cross_origin_check_is_off_only_for_what_no_browser_sends(bob: Browser) -> None:
    def forge(header: str, **more: str) -> int:
        site = {"Sec-Fetch-Site": "cross-site"}
        return use(bob, header, BOB, "POST", **site).status_code

    assert [forge(BY_PROXY), forge(BY_PROGRAM), forge("X-Other")] == [403, 200, 403], (
        "Other sites make browsers send what is ambient: keep `ambient` for these means."
    )


def test_the_check_and_the_guard_go_by_the_same_means(make_app: MakeApp, bob: Browser) -> None:
    answers = iter([True])
    fickle = Loader(lambda: next(answers, False), lambda: None, ambient=False)
    app = make_app(lambda app: add_part(app, Part(order=0, loader=fickle)))
    browser = Browser(app)
    browser.keep(bob.cookies())
    forged = {"Sec-Fetch-Site": "cross-site"}
    changed = browser.post("/account/", data={"name": "Eve"}, headers=forged)
    assert changed.status_code == 401
    assert bob.name() == "Bob"
