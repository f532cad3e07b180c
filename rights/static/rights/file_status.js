// While a file waits for AGORA, looks again from time to time and shows the answer where the person is reading.
//
// The regions marked data-live take their new content; the first is a status, which screen readers announce. Without
// this script the page says the same and offers "Actualiser".

const EVERY_MS = 3000;
const LOOKS = 40;

const awaits = (page) => page.querySelector("[data-awaits-agora='true']") !== null;

async function freshPage() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function show(fresh) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const renewed = fresh.getElementById(region.id);
    if (renewed) region.replaceChildren(...renewed.childNodes);
  }
}

async function look(left) {
  const fresh = await freshPage().catch(() => null);
  if (fresh && fresh.querySelector("[data-live]") && !awaits(fresh)) show(fresh);
  else if (left > 1) setTimeout(look, EVERY_MS, left - 1);
}

if (awaits(document)) setTimeout(look, EVERY_MS, LOOKS);
