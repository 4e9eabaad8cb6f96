/* Single keys: go somewhere, walk the rows of the page's list. Dead in fields and while a dialog is open; can be off. */
const PATIENCE = 1500;

const typing = (target) => target.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

function start() {
  const help = document.querySelector("[data-keys]");
  const off = document.body.dataset.shortcuts === "off";
  let prefix = 0;

  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("td.cell--main a"));

  function here() {
    return rows().findIndex((row) => row.contains(document.activeElement));
  }

  function walk(step) {
    const found = rows();
    const next = found[Math.max(0, Math.min(here() + step, found.length - 1))];
    next?.querySelector("td.cell--main a").focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function go(key) {
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  }

  const doing = {
    "?": () => help?.showModal(),
    "/": () => document.getElementById("find")?.focus(),
    j: () => walk(1),
    k: () => walk(here() < 0 ? 1 : -1),
    x: () => rows()[here()]?.querySelector("[data-row]")?.click(),
    e: () => rows()[here()]?.querySelector("td.cell--main a").click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target) && !event.target.closest("dialog")) { event.target.blur(); return; }
    if (off || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (prefix && Date.now() - prefix < PATIENCE) {
      prefix = 0;
      if (go(event.key)) event.preventDefault();
      return;
    }
    if (event.key === "g") { prefix = Date.now(); return; }
    const act = doing[event.key];
    if (act) { event.preventDefault(); act(); }
  });
}

start();
