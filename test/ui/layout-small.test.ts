import { vi } from "vitest";
import { layoutAt } from "./layout.ts";

// Under CI Ink draws the last frame alone; the wizard sees to that itself, a test that imports Ink directly has to.
vi.hoisted(() => {
	process.env.CI = "false";
	process.env.CONTINUOUS_INTEGRATION = "false";
});

layoutAt(60, 15);
layoutAt(40, 12);
