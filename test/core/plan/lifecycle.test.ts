import { expect, test } from "vitest";
import { parseServiceUnit } from "../../../src/core/application/unit-file.ts";
import { lifecycleCoverage, untracedStages } from "../../../src/core/plan/coverage.ts";

const stages = (life: ReturnType<typeof lifecycleCoverage>) =>
	life.map(({ by = "", cameUp, stage }) => `${cameUp ? "+" : "-"}${stage} ${by}`.trim());

test("a trace shows some stages of the lifecycle and not others", () => {
	const nginx = { command: ["/usr/sbin/nginx"], gaps: new Set<never>() };
	expect(stages(lifecycleCoverage({ ...nginx, signals: ["SIGUSR1"] }))).toEqual([
		...["+start", "-reload SIGHUP", "+log-reopening SIGUSR1", "+stop", "+second-start"],
	]);
	expect(untracedStages(lifecycleCoverage({ ...nginx, signals: ["SIGUSR1", "SIGHUP"] }))).toEqual([]);
	// redis opens its log for each line and has no reload.
	expect(stages(lifecycleCoverage({ command: ["/usr/bin/redis-server"], gaps: new Set(), signals: [] }))).toEqual([
		...["+start", "+stop", "+second-start"],
	]);
});

test("a trace of a running application shows neither start nor stop", () => {
	const life = lifecycleCoverage({ command: ["/usr/sbin/served"], gaps: new Set(["start-up"]), signals: [] });
	expect(untracedStages(life).map(({ stage }) => stage)).toEqual(["start", "stop", "second-start"]);
});

test("a unit has its own commands for reload and stop, and its sockets", () => {
	const text = "[Service]\nExecStart=/usr/sbin/served\nExecReload=/usr/bin/servectl reload 'a b'\n";
	const unit = parseServiceUnit("served.service", [text]);
	const lived = { command: ["/usr/sbin/served"], gaps: new Set<never>(), signals: ["SIGHUP"], unit, sockets: ["served.socket"] };
	expect(stages(lifecycleCoverage(lived))).toEqual([
		"+start",
		"-reload /usr/bin/servectl reload 'a b'",
		...["+stop", "+second-start", "-socket-activation served.socket"],
	]);
	expect(stages(lifecycleCoverage({ ...lived, reloadSignal: "HUP" }))).toContain("+reload SIGHUP");
});
