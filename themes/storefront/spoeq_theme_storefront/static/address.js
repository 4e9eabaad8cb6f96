/* A complete PIN code fills in town and state; what people wrote themselves stays. The shop does the same with the form
   that it is sent, so nothing is lost without this module. */
const PIN = /^[1-9][0-9]{5}$/;
let stop = null;
let last = {};

function fill(field, value) {
  if (!field || !value || (field.value && field.value !== last[field.name])) return;
  field.value = value;
  last[field.name] = value;
}

/* A newer PIN code cancels the question for the older one. */
async function ask(input) {
  stop?.abort();
  const pin = input.value.replace(" ", "");
  const { city, state, pin_filled: filled } = input.form.elements;
  if (!PIN.test(pin) || pin === filled?.value) return;
  stop = new AbortController();
  try {
    const answer = await fetch(`${input.dataset.pin}${pin}`, { signal: stop.signal });
    if (!answer.ok) return;
    const place = await answer.json();
    fill(city, place.city);
    fill(state, place.states.length === 1 ? place.state : "");
    if (filled) filled.value = pin;
    document.dispatchEvent(new CustomEvent("spoeq:say", { detail: [city?.value, state?.value].filter(Boolean).join(", ") }));
  } catch (fault) {
    if (fault.name !== "AbortError") console.warn(fault);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-pin]")) ask(event.target);
});

/* What the shop filled in before counts as ours too. */
const known = document.querySelector("[name=pin_filled]");
if (known?.value) {
  for (const field of [known.form.elements.city, known.form.elements.state]) last[field.name] = field.value;
}
