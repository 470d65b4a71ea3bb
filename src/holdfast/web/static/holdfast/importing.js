// Carries on with an import without a press of the button. The button is there for whoever has no scripts.
const form = document.querySelector("form[data-carry-on]");
if (form) setTimeout(() => form.requestSubmit(), 400);
