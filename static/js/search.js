// The search form of trainings, helped: what one writes is completed, and a button asks the browser where one is.
//
// A field marked data-suggestions becomes a combobox (ARIA Authoring Practices, "list autocomplete with manual
// selection"). What is typed stays what is sent unless a suggestion is chosen. Without this script, or when the network
// fails, the field is a plain one and the form works all the same.

const WAIT_MS = 150;
const SHORTEST = 2;
const SENTENCES = {
  none: "Aucune suggestion.",
  one: "Une suggestion. Flèche bas pour la lire.",
  some: (count) => `${count} suggestions. Flèche bas pour les lire.`,
  asking: "Nous demandons votre position à votre navigateur…",
  refused:
    "Votre navigateur n'a pas donné votre position. Écrivez votre commune, ou autorisez la position pour ce site dans les réglages du navigateur.",
  unknown: "Votre position n'a pas pu être trouvée. Écrivez votre commune.",
  found: (place) => `Lieu choisi : ${place}. Votre position exacte n'est pas gardée.`,
};
// A hundredth of a degree is about a kilometre: enough to find the commune, and all that leaves the browser.
const rounded = (degrees) => (Math.round(degrees * 100) / 100).toFixed(2);

class Combobox {
  constructor(input) {
    this.input = input;
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-suggestions`;
    this.list.className = "portal-suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.list.hidden = true;
    this.status = document.createElement("p");
    this.status.className = "fr-sr-only";
    this.status.setAttribute("role", "status");
    const frame = document.createElement("div");
    frame.className = "portal-combobox";
    input.before(frame);
    frame.append(input, this.list, this.status);
    // A search field may not be a combobox: this one is a text that the form searches.
    input.type = "text";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.autocomplete = "off";
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus while one clicks in the list.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options.indexOf(option));
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const text = this.input.value.trim();
    const rank = ++this.asked;
    if (text.length < SHORTEST) {
      this.close();
      return;
    }
    let found = [];
    try {
      const answer = await fetch(`${this.input.dataset.suggestions}?${new URLSearchParams({ q: text })}`);
      if (answer.ok) found = (await answer.json()).suggestions;
    } catch {
      // Offline: the field is a plain one.
    }
    // An answer that comes after the next question, or once the person has left, is no answer any more.
    if (rank === this.asked && document.activeElement === this.input) this.show(found);
  }

  show(found) {
    this.options = found.map((one, rank) => this.option(one, rank));
    this.list.replaceChildren(...this.options);
    this.activate(-1);
    this.expand(found.length > 0);
    this.status.textContent =
      found.length === 0 ? SENTENCES.none : found.length === 1 ? SENTENCES.one : SENTENCES.some(found.length);
  }

  option(one, rank) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${rank}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.value = one.valeur;
    const kind = document.createElement("span");
    kind.className = "fr-hint-text";
    kind.textContent = one.nature;
    option.append(`${one.texte} `, kind);
    return option;
  }

  press(event) {
    const last = this.options.length - 1;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen) {
        if (event.key === "ArrowDown") this.ask();
        return;
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // Before the first and after the last comes the field itself.
      const next = this.active + step;
      this.activate(next > last ? -1 : next < -1 ? last : next);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Tab") {
      this.close();
    }
  }

  activate(rank) {
    this.active = rank;
    this.options.forEach((option, other) => option.setAttribute("aria-selected", String(other === rank)));
    if (rank < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", this.options[rank].id);
      this.options[rank].scrollIntoView({ block: "nearest" });
    }
  }

  choose(rank) {
    this.input.value = this.options[rank].dataset.value;
    this.close();
  }

  expand(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.expand(false);
    this.activate(-1);
    this.status.textContent = "";
  }
}

function offerAround(button) {
  const input = document.getElementById(button.dataset.field);
  const message = document.getElementById(button.dataset.message);
  const say = (sentence) => {
    message.textContent = sentence;
  };
  const fill = async ({ coords }) => {
    const where = new URLSearchParams({ latitude: rounded(coords.latitude), longitude: rounded(coords.longitude) });
    try {
      const answer = await fetch(`${button.dataset.around}?${where}`);
      const found = await answer.json();
      if (answer.ok) input.value = found.valeur;
      say(answer.ok ? SENTENCES.found(found.texte) : found.message);
    } catch {
      say(SENTENCES.unknown);
    }
  };
  // Only when one presses the button, and each time anew.
  button.addEventListener("click", () => {
    say(SENTENCES.asking);
    navigator.geolocation.getCurrentPosition(
      fill,
      (problem) => say(problem.code === problem.PERMISSION_DENIED ? SENTENCES.refused : SENTENCES.unknown),
      { timeout: 10_000, maximumAge: 600_000 }
    );
  });
  button.hidden = false;
}

document.querySelectorAll("input[data-suggestions]").forEach((input) => new Combobox(input));
if ("geolocation" in navigator && window.isSecureContext) {
  document.querySelectorAll("button[data-around]").forEach(offerAround);
}
