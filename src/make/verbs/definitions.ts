import { step } from "../../cli/step.ts";

export const make = step(
	"make",
	"redis --yes",
	"dnsmasq.service --dry-run",
	"--name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server",
);

export const build = step("build", "redis");

export const trial = step("trial", "redis --yes", "redis --unit");
