import { step } from "../../cli/step.ts";

export const make = step(
	"make",
	async () => (await import("./make.ts")).make,
	"redis --yes",
	"dnsmasq.service --dry-run",
	"--name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server",
);

export const build = step("build", async () => (await import("./build.ts")).build, "redis");

export const trial = step("trial", async () => (await import("./trial.ts")).trial, "redis --yes", "redis --unit");
