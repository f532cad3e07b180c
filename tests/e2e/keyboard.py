"""A person without a mouse: only the tab key moves, and what has the focus must be seen."""

from playwright.sync_api import Page

MOST_STEPS = 200


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def go_to(self, selector: str) -> None:
        """Tab until the first element of the selector has the focus. Fails when it cannot be reached or is not seen."""
        self.page.locator(selector).first.wait_for()
        for _ in range(MOST_STEPS):
            if self._has_focus(selector):
                assert self._focus_is_visible(), selector
                return
            self.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with the tab key on {self.page.url}")

    def type_into(self, selector: str, text: str) -> None:
        self.go_to(selector)
        self.page.keyboard.type(text)

    def activate(self, selector: str) -> None:
        """Go there and press Enter, then wait for the page that comes."""
        self.go_to(selector)
        with self.page.expect_navigation():
            self.press("Enter")

    def _has_focus(self, selector: str) -> bool:
        return bool(self.page.evaluate("s => document.activeElement === document.querySelector(s)", selector))

    def _focus_is_visible(self) -> bool:
        # A card's link draws its outline around the whole card, with a pseudo-element.
        return bool(
            self.page.evaluate(
                """() => [null, '::before', '::after'].some(part => {
                       const style = getComputedStyle(document.activeElement, part);
                       return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                   })"""
            )
        )
