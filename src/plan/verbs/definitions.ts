import { step } from "../../cli/step.ts";

export const plan = step(
	"plan",
	async () => (await import("./plan.ts")).plan,
	"redis",
	"redis --exclude '/usr/share/zoneinfo/**'",
);
