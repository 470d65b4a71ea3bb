// Asks every two seconds how far the work is, and opens the page again when it has ended. Without it, there is a link.
const place = document.querySelector("[data-poll]");
const words = place?.querySelector("[data-words]");
const bar = place?.querySelector("progress");

async function look() {
  try {
    const answer = await fetch(place.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) {
      const told = await answer.json();
      if (told.finished) {
        window.location.reload();
        return;
      }
      if (words.textContent !== told.words) words.textContent = told.words;
      if (told.total) {
        bar.max = told.total;
        bar.value = told.done;
      }
    }
  } catch {
    // the network is away for a moment; the next look may get through
  }
  setTimeout(look, 2000);
}

if (place) setTimeout(look, 2000);
