import { layoutAt } from "./layout.ts";

// Longer texts need more room, so German suffices at these sizes.
layoutAt(60, 15, ["de"]);
layoutAt(40, 12, ["de"]);
