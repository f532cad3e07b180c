// Keeps what was typed in a form marked data-keep when the network drops.
//
// Everything stays in this tab (sessionStorage) and goes away once the server has taken the form, when the person signs
// out, or when the tab is closed. Passwords, files and hidden fields are never kept. Without this script the forms work
// all the same.

const PREFIX = "draft:";
const KEPT_FOR_MS = 2 * 60 * 60 * 1000;
const NEVER_KEPT = new Set(["password", "file", "hidden", "submit", "button", "reset", "image"]);
const SENTENCES = {
  offline:
    "Vous n'êtes plus connecté à internet. Ce que vous avez écrit est gardé dans cet onglet : envoyez à nouveau le formulaire quand la connexion sera revenue.",
  online: "La connexion est revenue : vous pouvez envoyer le formulaire.",
  restored: "Ce que vous aviez écrit n'avait pas été envoyé : nous l'avons remis dans le formulaire. Vérifiez-le avant de l'envoyer.",
};

function readRecord(key) {
  try {
    const record = JSON.parse(sessionStorage.getItem(key));
    return record && Date.now() - record.at < KEPT_FOR_MS ? record : null;
  } catch {
    return null;
  }
}

function writeRecord(key, record) {
  try {
    sessionStorage.setItem(key, JSON.stringify(record));
  } catch {
    // The browser refuses storage: the form still works, it only forgets.
  }
}

function draftKeys() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function forgetAll() {
  draftKeys().forEach((key) => sessionStorage.removeItem(key));
}

function keptFields(form) {
  return [...form.elements].filter(
    (field) =>
      field.name && "value" in field && !NEVER_KEPT.has(field.type) && field.autocomplete !== "one-time-code"
  );
}

function valueOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
}

function slotOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? `${field.name}=${field.value}` : field.name;
}

function isUntouched(field) {
  if (field.type === "checkbox" || field.type === "radio") {
    return field.checked === field.defaultChecked;
  }
  if (field.tagName === "SELECT") {
    const chosen = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex === Math.max(chosen, 0);
  }
  return field.value === field.defaultValue;
}

function snapshot(form) {
  return Object.fromEntries(keptFields(form).map((field) => [slotOf(field), valueOf(field)]));
}

function restore(form, values) {
  let changed = false;
  for (const field of keptFields(form)) {
    const kept = values[slotOf(field)];
    if (kept === undefined || kept === valueOf(field) || !isUntouched(field)) {
      continue;
    }
    if (typeof kept === "boolean") {
      field.checked = kept;
    } else {
      field.value = kept;
    }
    changed = true;
  }
  return changed;
}

function tell(form, kind, sentence) {
  let box = form.querySelector("[data-draft-message]");
  if (!box) {
    box = document.createElement("div");
    box.dataset.draftMessage = "";
    box.setAttribute("role", "status");
    box.append(document.createElement("p"));
    form.prepend(box);
  }
  box.className = `fr-alert fr-alert--${kind} fr-alert--sm fr-mb-3w`;
  box.firstElementChild.textContent = sentence;
}

function watch(form, index) {
  const key = `${PREFIX}${location.pathname}#${form.id || index}`;
  const record = readRecord(key);
  // When the server shows the form again with its errors, it has already put back what was typed.
  if (record && !document.getElementById("form-problems") && restore(form, record.values)) {
    tell(form, "info", SENTENCES.restored);
  }
  const keep = (sent) => writeRecord(key, { at: Date.now(), sent, values: snapshot(form) });
  form.addEventListener("input", () => keep(false));
  form.addEventListener("change", () => keep(false));
  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {
      event.preventDefault();
      keep(false);
      tell(form, "warning", SENTENCES.offline);
      window.addEventListener("online", () => tell(form, "success", SENTENCES.online), { once: true });
      return;
    }
    keep(true);
  });
}

// A form that was taken is answered by a redirection. An error page, or a page reached by going back after the browser's
// own "no connection" page, is not: the draft then stays. Nor is being sent to the sign-in page.
function forgetWhatWasTaken() {
  const [arrival] = performance.getEntriesByType("navigation");
  const wasRedirected = arrival && arrival.type === "navigate" && arrival.redirectCount > 0;
  if (!wasRedirected || document.querySelector("main input[type=password]")) {
    return;
  }
  draftKeys()
    .filter((key) => readRecord(key)?.sent !== false)
    .forEach((key) => sessionStorage.removeItem(key));
}

forgetWhatWasTaken();
document.querySelectorAll("form[data-keep]").forEach(watch);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget-drafts]")) {
    forgetAll();
  }
});
