import { layoutAt } from "./layout.ts";

// Longer texts need more room, so German suffices at this size.
layoutAt(200, 60, ["de"]);
