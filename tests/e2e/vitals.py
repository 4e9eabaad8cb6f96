"""How fast a shopper on a slow phone sees the pages that sell: `nox -s vitals`.

Two measurements of the home page, a category, a product and the checkout, on a demo shop of its own:

- in Chromium at 390 px with the CPU four times slower and a line of 1.6 Mbit/s with 150 ms (UX.md §5): when the
  largest picture or text was there (LCP), what moved (CLS), how long the main thread was blocked (TBT), the bytes;
- the four scores of Lighthouse (mobile), where Node and npm are installed.

Figures of a machine that does something else at the same time say little.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.processes import running_demo

LIGHTHOUSE = "lighthouse@12.8"
"""The last that runs on Node 20."""
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8}
OBSERVE = """
  window.vitals = {lcp: 0, what: "", cls: 0, tbt: 0};
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) {
    window.vitals.lcp = entry.startTime;
    window.vitals.what = entry.element ? entry.element.tagName.toLowerCase() : "";
  } }).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver((list) => { for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.vitals.cls += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((list) => { for (const entry of list.getEntries())
    window.vitals.tbt += Math.max(0, entry.duration - 50);
  }).observe({type: "longtask", buffered: true});
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="visits of each page; the median counts (default 3)")
    parser.add_argument("--url", help="a demo shop that runs already; otherwise one is started")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    asked = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("Chromium is not installed: make browser, or sudo apt-get install chromium.")
    with tempfile.TemporaryDirectory(prefix="spoeq-vitals-") as folder:
        if asked.url:
            figures = measure(asked.url.rstrip("/"), asked.runs, Path(folder))
        else:
            with running_demo(Path(folder) / "data") as demo:
                figures = measure(demo.base_url, asked.runs, Path(folder))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure(base_url: str, runs: int, folder: Path) -> dict[str, Any]:
    """The figures of each page by its name, printed as they come."""
    figures: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages, cookies = _prepare(browser, base_url)
        for name, path in pages.items():
            visits = [_visit(browser, f"{base_url}{path}", cookies) for _ in range(runs)]
            figures[name] = {key: _middle([visit[key] for visit in visits]) for key in visits[0]}
            print(f"{name:10} {_words(figures[name])}", flush=True)
        browser.close()
    if shutil.which("npx") is None:
        print("Lighthouse was not asked: Node.js with npm is not installed.")
        return figures
    for name, path in pages.items():
        figures[name]["lighthouse"] = scores = _lighthouse(f"{base_url}{path}", cookies, folder / f"{name}.json")
        print(f"{name:10} Lighthouse: {', '.join(f'{kind} {score}' for kind, score in scores.items())}", flush=True)
    return figures


def _prepare(browser: Browser, base_url: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The pages' paths, and the cookies of a guest with something in the cart."""
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    item = context.request.get("/api/v1/products", params={"per_page": 1}).json()["items"][0]
    bought = {"sku": item["variants"][0]["sku"], "quantity": "1"}
    context.request.post("/cart/items", form=bought, headers={"Origin": base_url})
    pages = {
        "home": "/",
        "category": f"/category/{item['categories'][0]['slug']}",
        "product": f"/product/{item['slug']}",
        "checkout": "/checkout",
    }
    cookies: list[dict[str, Any]] = [dict(cookie) for cookie in context.cookies()]
    context.close()
    return pages, cookies


def _visit(browser: Browser, url: str, cookies: list[dict[str, Any]]) -> dict[str, Any]:
    context: BrowserContext = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    context.add_cookies(cookies)  # type: ignore[arg-type]  # as the browser gave them
    context.add_init_script(OBSERVE)
    page = context.new_page()
    chrome = context.new_cdp_session(page)
    chrome.send("Network.enable")
    chrome.send("Network.emulateNetworkConditions", LINE)
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[float] = []
    chrome.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(1_000)
    seen = page.evaluate("window.vitals")
    context.close()
    return {**seen, "kilobytes": sum(sizes) / 1024, "requests": len(sizes)}


def _middle(values: list[Any]) -> Any:
    return values[0] if isinstance(values[0], str) else round(statistics.median(values), 3)


def _words(found: dict[str, Any]) -> str:
    return (
        f"LCP {found['lcp'] / 1000:.2f} s ({found['what']}), CLS {found['cls']:.3f}, TBT {found['tbt']:.0f} ms, "
        f"{found['kilobytes']:.0f} KB in {found['requests']} requests"
    )


def _lighthouse(url: str, cookies: list[dict[str, Any]], report: Path) -> dict[str, int]:
    """Lighthouse's scores of a page, from 0 to 100, with what took points off printed."""
    header = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)
    options = (
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        f"--extra-headers={json.dumps({'Cookie': header})}",
    )
    command = ["npx", "--yes", LIGHTHOUSE, url, *options]
    env = {**os.environ, "CHROME_PATH": str(CHROMIUM)}
    if subprocess.run(command, env=env, check=False, timeout=300).returncode:  # on a busy machine it loses its trace
        subprocess.run(command, env=env, check=True, timeout=300)
    found = json.loads(report.read_text(encoding="utf-8"))
    for kind, category in found["categories"].items():
        for part in category["auditRefs"]:
            audit = found["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"           {kind}: {audit['title']} {audit.get('displayValue', '')}")
    return {kind: round(category["score"] * 100) for kind, category in found["categories"].items()}


if __name__ == "__main__":
    main()
