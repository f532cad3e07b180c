// Chooses light or dark before the first paint; the DSFR script takes over once it is loaded.
(function () {
  let choice = null;
  try {
    choice = window.localStorage.getItem("scheme");
  } catch {
    // Storage may be refused by the browser: the device's own preference then decides.
  }
  const dark = choice === "dark" || (choice !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-fr-theme", dark ? "dark" : "light");
  if (choice) {
    document.documentElement.setAttribute("data-fr-scheme", choice);
  }
})();
