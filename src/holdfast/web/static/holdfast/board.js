// Single keys in meeting mode. They do nothing while somebody types, can be turned off, and every one is also a link,
// a button or a field on the page, so that nothing is lost without them.
const KEPT = "holdfast-keys";
const section = document.getElementById("keys");
const switchBox = document.getElementById("keys-on");

function kept() {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
}

function keep(on) {
  try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* a private window: it holds for this page */ }
}

function typing(element) {
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
  return element.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(element.type);
}

function go(element) {
  if (!element) return false;
  element.scrollIntoView({ block: "center" });
  element.focus();
  return true;
}

const field = (name) => document.querySelector(`[data-decide] [name="${name}"]`);
const link = (key) => document.querySelector(`a[data-key="${key}"]`);
const follow = (key) => { const to = link(key); if (to) to.click(); return Boolean(to); };
const KEYS = {
  n: () => follow("n"), j: () => follow("n"), p: () => follow("p"), k: () => follow("p"), a: () => follow("a"),
  r: () => go(field("reasons")), o: () => go(field("departs_because")), c: () => go(field("conditions")),
  w: () => go(field("decided_by")), v: () => go(field("review_on")), d: () => go(field("dissent_words")),
  s: () => go(document.getElementById("save-draft")), f: () => go(document.getElementById("make-final")),
  "?": () => go(switchBox),
};

function choose(digit) {
  const choice = document.querySelectorAll('[data-decide] [name="verdict"]')[digit - 1];
  if (!choice) return false;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  return go(choice);
}

if (section && switchBox) {
  section.hidden = false;
  switchBox.checked = kept();
  switchBox.addEventListener("change", () => keep(switchBox.checked));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (!switchBox.checked || typing(event.target)) return;
    const done = /^[1-9]$/.test(event.key) ? choose(Number(event.key)) : KEYS[event.key]?.();
    if (done) event.preventDefault();
  });
}
