/* A button for what the browser's own menu does too. */
const button = document.querySelector("[data-print]");
button.hidden = false;
document.querySelector("[data-print-hint]").hidden = true;
button.addEventListener("click", () => print());
