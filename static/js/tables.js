// A table wider than the screen scrolls inside its own frame: the keyboard must reach that frame, and a screen reader
// must name it. Frames that do not scroll are left alone, so that nobody tabs to them for nothing.
function frame(container) {
  const scrolls = container.scrollWidth > container.clientWidth;
  if (!scrolls) {
    container.removeAttribute("tabindex");
    container.removeAttribute("role");
    container.removeAttribute("aria-label");
    return;
  }
  const caption = container.querySelector("caption");
  container.setAttribute("tabindex", "0");
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", `Tableau à faire défiler${caption ? ` : ${caption.textContent.trim()}` : ""}`);
}

const containers = [...document.querySelectorAll(".fr-table__container")].filter(
  (container) => !container.querySelector("[tabindex]")
);
if (containers.length) {
  const watcher = new ResizeObserver((changes) => changes.forEach((change) => frame(change.target)));
  containers.forEach((container) => watcher.observe(container));
}
