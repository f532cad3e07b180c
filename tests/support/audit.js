/* Everything axe finds on the page as it stands, and its contrasts in each appearance, which is put back after.

   Rules that read nothing but styles are asked once for the same styles. Contrasts: on one element of each set of
   what is drawn behind a text and of the text's own colour, size and weight. The lock of orientation: once for each
   set of style sheets. What stands around a page (header, footer, dialogs) is judged once at each width, as long as
   it is written the same.

   `onlyWhatChanged`: since the audit before, of the same page on another screen. The rules look at the elements that
   it did not show, or showed otherwise. */
async ({ tags, appearances, plainStyle, styles, sheets, pieces, onlyWhatChanged }) => {
  const CONTRASTS = "color-contrast";
  const ORIENTATION = "css-orientation-lock";
  const BY_WIDTH = ["scrollable-region-focusable"];
  const NOTHING_DRAWN = "rgba(0, 0, 0, 0),1,normal,none,static,auto";
  // No rule reads them, and the one that guards a form is another on every page.
  const HIDDEN_FIELDS = /<input type="hidden"[^>]*>/g;
  const root = document.documentElement;
  const judgedStyles = new Set(styles);

  const isDisabled = (element) =>
    Boolean(element.closest(":disabled, [aria-disabled=true]") || element.closest("label")?.control?.disabled);
  const hasText = (element) =>
    element.matches("input:not([type=hidden]), select, textarea") ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const fingerprint = (text) => {
    let [low, high] = [0x811c9dc5, 0x01000193];
    for (let at = 0; at < text.length; at++) {
      low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
      high = Math.imul(high ^ text.charCodeAt(at), 0x85ebca6b);
    }
    return `${(low >>> 0).toString(36)}.${(high >>> 0).toString(36)}.${text.length}`;
  };
  const scrolls = (element) => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
    if (scrollWidth <= clientWidth && scrollHeight <= clientHeight) return false;
    return /auto|scroll/.test(getComputedStyle(element).overflow);
  };

  const newStyles = () => {
    const behind = new Map([[null, ""]]);
    const drawnBehind = (element) => {
      if (!behind.has(element)) {
        const { backgroundColor, opacity, mixBlendMode, filter, position, clip } = getComputedStyle(element);
        const own = [backgroundColor, opacity, mixBlendMode, filter, position, clip].join();
        behind.set(element, drawnBehind(element.parentElement) + (own === NOTHING_DRAWN ? "" : `>${own}`));
      }
      return behind.get(element);
    };
    const found = new Map();
    for (const element of document.body.querySelectorAll("*")) {
      if (!hasText(element) || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      const own = [color, fontSize, fontWeight, textShadow, isDisabled(element), width > 1, height > 1];
      const style = `${drawnBehind(element)} ${own}`;
      if (!judgedStyles.has(style) && !found.has(style)) found.set(style, element);
    }
    return found;
  };

  const violations = [];
  const keep = (result, appearance) => {
    for (const rule of result.violations)
      for (const node of rule.nodes)
        violations.push({ rule: rule.id, help: rule.help, target: node.target.join(" "), html: node.html, appearance });
    return result.violations.length;
  };

  const kept = root.getAttribute("data-fr-theme");
  const plain = new CSSStyleSheet();
  plain.replaceSync(plainStyle);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, plain];

  const addresses = [...document.styleSheets].map((sheet) => sheet.href);
  // A sheet written in the page has no address to be known by.
  const loaded = addresses.includes(null) ? "" : addresses.join(" ");
  const apart = sheets.includes(loaded) ? [CONTRASTS, ORIENTATION] : [CONTRASTS];
  const rules = Object.fromEntries(apart.map((rule) => [rule, { enabled: false }]));
  root.setAttribute("data-fr-theme", appearances[0]);
  const all = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], rules };
  const shown = new Map(
    [...document.body.querySelectorAll("*")]
      .filter((element) => element.checkVisibility())
      .map((element) => [element, element.cloneNode(false).outerHTML]),
  );
  const around = new Map(
    [...document.body.children]
      .filter((piece) => !piece.matches("main, :has(main)"))
      .map((piece) => [piece, fingerprint(`${innerWidth} ${loaded} ${piece.outerHTML.replace(HIDDEN_FIELDS, "")}`)]),
  );
  const judged = loaded ? [...around.keys()].filter((piece) => pieces.includes(around.get(piece))) : [];
  const isNew = (element) => !judged.some((piece) => piece.contains(element));
  const before = window.shownToAudit;
  window.shownToAudit = shown;
  let faults = 0;
  if (onlyWhatChanged) {
    const changed = [...shown.keys()].filter(
      (element) => before.get(element) !== shown.get(element) && isNew(element),
    );
    const byWidth = { runOnly: { type: "rule", values: BY_WIDTH }, resultTypes: ["violations"] };
    if (changed.length) faults += keep(await axe.run({ include: changed }, all), appearances[0]);
    if ([...shown.keys()].some((element) => scrolls(element) && isNew(element)))
      faults += keep(await axe.run({ include: [document], exclude: judged }, byWidth), appearances[0]);
  } else {
    faults += keep(await axe.run({ include: [document], exclude: judged }, all), appearances[0]);
  }

  const rule = { runOnly: { type: "rule", values: [CONTRASTS] }, resultTypes: ["violations"] };
  for (const appearance of appearances) {
    root.setAttribute("data-fr-theme", appearance);
    const found = newStyles();
    if (found.size && keep(await axe.run({ include: [...found.values()] }, rule), appearance)) continue;
    for (const style of found.keys()) judgedStyles.add(style);
  }

  root.setAttribute("data-fr-theme", kept || "light");
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== plain);
  return {
    violations,
    sheets: faults || onlyWhatChanged ? "" : loaded,
    pieces: faults || !loaded ? [] : [...around.values()],
    styles: [...judgedStyles].slice(styles.length),
  };
};
