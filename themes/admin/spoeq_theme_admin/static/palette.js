/* Ctrl+K: search over everything, by the same page that works without this module. */
const WAIT = 150;

function start() {
  const dialog = document.querySelector("[data-palette]");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[data-palette-list]");
  let timer;
  let asking;

  const links = () => [...list.querySelectorAll("a")];

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const address = `${dialog.querySelector("form").action}?partial=1&q=${encodeURIComponent(input.value)}`;
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok && !answer.redirected) list.innerHTML = await answer.text();
    } catch { /* a newer question, or no network: the form still leads to the page */ }
  }

  function open() {
    dialog.showModal();
    input.select();
    ask();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(); }
    if (event.target === dialog) dialog.close();
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close(); else open();
    }
  });

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });

  dialog.addEventListener("keydown", (event) => {
    const found = links();
    const at = found.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && found.length) {
      event.preventDefault();
      found[Math.min(at + 1, found.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at ? found[at - 1] : input).focus();
    } else if (event.key === "Enter" && document.activeElement === input && found.length) {
      event.preventDefault();
      found[0].click();
    }
  });
}

start();
