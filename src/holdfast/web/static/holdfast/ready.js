// Tells the style sheet that scripts run, before anything is drawn. A file of its own: no inline script is allowed.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("nhsuk-frontend-supported");
