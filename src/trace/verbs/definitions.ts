import { step } from "../../cli/step.ts";

export const trace = step(
	"trace",
	async () => (await import("./trace.ts")).trace,
	"redis",
	"redis --add --exercise 'redis-cli BGREWRITEAOF'",
	"redis --for 24h",
);
