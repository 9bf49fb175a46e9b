"""axe-core, the accessibility checker, in a page of a real browser."""

from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}


async def serious_violations(page: Page) -> list[str]:
    """Each as 'rule: elements'. The context must bypass the page's own CSP."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
    )
    return [
        f"{it['id']}: " + "; ".join(node["target"][0] for node in it["nodes"])
        for it in found["violations"]
        if it["impact"] in SERIOUS
    ]
