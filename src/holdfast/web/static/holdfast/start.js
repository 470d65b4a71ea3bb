// Starts the design system's components. Every page works without this.
import { initAll } from "../nhsuk/nhsuk-frontend.min.js";

initAll();
