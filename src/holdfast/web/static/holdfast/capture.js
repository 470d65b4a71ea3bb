// On the capture page: shows others like what is being typed, and keeps the words through a reload of the tab.
// The page works without it.
const form = document.querySelector("[data-capture]");
const box = form?.elements.namedItem("told");
const place = document.querySelector("[data-others]");
const HELD = "holdfast-told";
const SHORTEST = 25;
let waiting = 0;
let asked = "";
let asking = null;

function keep() {
  try {
    sessionStorage.setItem(HELD, box.value);
  } catch {
    // a browser that keeps nothing still records changes
  }
}

async function ask() {
  const told = box.value.trim();
  if (told === asked) return;
  asked = told;
  asking?.abort();
  if (told.length < SHORTEST) {
    place.replaceChildren();
    return;
  }
  asking = new AbortController();
  const body = new FormData();
  body.set("told", told);
  body.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
  try {
    const got = await fetch(form.dataset.like, { method: "POST", body, signal: asking.signal, credentials: "same-origin" });
    if (got.ok) place.innerHTML = await got.text();
  } catch {
    // offline, or overtaken by more typing: the receipt shows them all the same
  }
}

if (form && box && place) {
  try {
    if (!box.value) box.value = sessionStorage.getItem(HELD) ?? "";
  } catch {
    // as above
  }
  box.addEventListener("input", () => {
    keep();
    clearTimeout(waiting);
    waiting = setTimeout(ask, 900);
  });
  form.addEventListener("submit", () => {
    try {
      sessionStorage.removeItem(HELD);
    } catch {
      // as above
    }
  });
  if (box.value) ask();
}
