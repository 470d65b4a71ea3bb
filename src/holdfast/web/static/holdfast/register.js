// Where there is room beside the list, the filters are open; on a phone they stay folded until asked for.
const filters = document.querySelector("[data-open-wide]");
if (filters && matchMedia("(min-width: 61.25em)").matches) filters.open = true;
