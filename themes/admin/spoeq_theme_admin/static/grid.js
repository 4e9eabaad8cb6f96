/* The grid of variants as a spreadsheet's user expects it: walk, paste, fill down, take back. Plain fields without it. */
const WALK = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

function start(grid) {
  const says = document.querySelector("[data-grid-says]");
  const fill = document.querySelector("[data-fill]");
  const hint = document.querySelector("[data-grid-hint]");
  const taken = [];
  let last;

  for (const part of [fill, hint]) if (part) part.hidden = false;

  const rows = () => [...grid.querySelectorAll("tbody tr")];
  const cells = (row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector("input.input"));
  const place = (input) => {
    const row = input.closest("tr");
    return [rows().indexOf(row), cells(row).indexOf(input)];
  };
  const at = (row, column) => { const found = rows()[row]; return found ? cells(found)[column] : undefined; };

  /* Set many cells as one change that Ctrl+Z takes back; cells that cannot be written stay. */
  function write(changes, words) {
    const before = [];
    for (const [input, value] of changes) {
      if (!input || input.readOnly || input.value === value) continue;
      before.push([input, input.value]);
      input.value = value;
    }
    if (!before.length) return;
    taken.push(before);
    before[0][0].dispatchEvent(new Event("input", { bubbles: true }));
    if (says) says.textContent = `${words} (${before.length})`;
  }

  function fillDown(from) {
    const [row, column] = place(from);
    write(rows().slice(row + 1).map((_, number) => [at(row + 1 + number, column), from.value]), says?.dataset.filled ?? "");
    from.focus();
  }

  grid.addEventListener("focusin", (event) => { if (event.target.matches("input.input")) last = event.target; });
  fill?.addEventListener("click", () => { if (last) fillDown(last); });

  grid.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("input.input")) return;
    const [row, column] = place(input);
    const command = event.ctrlKey || event.metaKey;
    if (!command && !event.altKey && event.key in WALK) {
      event.preventDefault();
      const step = event.key === "Enter" && event.shiftKey ? -1 : WALK[event.key];
      const next = at(row + step, column);
      next?.focus();
      next?.select();
    } else if (command && event.key.toLowerCase() === "d") {
      event.preventDefault();
      fillDown(input);
    } else if (command && event.key.toLowerCase() === "z" && taken.length) {
      event.preventDefault();
      for (const [cell, value] of taken.pop()) cell.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  /* Typing makes the browser's own undo the right one again. */
  grid.addEventListener("input", (event) => { if (event.isTrusted) taken.length = 0; });

  grid.addEventListener("paste", (event) => {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input.matches("input.input") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const [row, column] = place(input);
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    write(
      lines.flatMap((line, down) => line.map((value, across) => [at(row + down, column + across), value.trim()])),
      says?.dataset.pasted ?? "",
    );
  });
}

for (const grid of document.querySelectorAll("[data-grid]")) start(grid);
