import { expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import {
	CoverageMeter,
	coverageGroups,
	foreignModules,
	lifecycleCoverage,
	packagedFile,
	totalCoverage,
	untracedStages,
} from "../../src/coverage/coverage.ts";
import { nextExercises } from "../../src/coverage/next-exercises.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";
import { bareApplication } from "../cage/plans.ts";
import { directory, empty, file, link, tree } from "../plan/tree.ts";
import { begin, fold } from "../trace/folding.ts";

const executable = file("", { mode: 0o755 });
const files = tree({
	"/usr/sbin/served": executable,
	"/usr/bin/servectl": link("../sbin/served"),
	"/usr/bin/client": executable,
	"/usr/lib/served/helper": executable,
	...empty("/usr/lib/served/mod_one.so", "/usr/lib/served/mod_two.so", "/usr/lib/x86_64-linux-gnu/libserved.so.1"),
	...empty("/usr/lib/python3/dist-packages/served/plug.py", "/etc/served/served.conf", "/etc/served/more.conf"),
	"/etc/served/enabled": directory(),
	"/etc/init.d/served": executable,
	"/usr/share/doc/served/copyright": "",
	"/usr/share/served/page.html": "",
	"/lib": link("usr/lib"),
});
const served = {
	ref: { name: "served", version: "1" },
	files: [
		"/usr",
		"/usr/sbin/served",
		"/usr/bin/servectl",
		"/lib/served/helper",
		"/lib/served/mod_one.so",
		"/lib/served/mod_two.so",
		"/usr/lib/x86_64-linux-gnu/libserved.so.1",
		"/etc/served/enabled",
		"/etc/init.d/served",
		"/usr/share/served/page.html",
		"/usr/share/doc/served/copyright",
		"/usr/lib/python3/dist-packages/served/plug.py",
		"/not/there",
	] as Path[],
};
const common = {
	ref: { name: "served-common", version: "1" },
	files: ["/etc/served/served.conf", "/etc/served/more.conf"] as Path[],
};
const client = { ref: { name: "client", version: "1" }, files: ["/usr/bin/client"] as Path[] };

const trace = (...lines: string[]) => fold(begin + lines.map((line) => `10  ${line}`).join("\n")).trace;
const run = trace(
	'execve("/usr/bin/servectl", ["x"], 0x7 /* 1 var */) = 0',
	'openat(AT_FDCWD</>, "/lib/served/mod_one.so", O_RDONLY) = 3</usr/lib/served/mod_one.so>',
	'openat(AT_FDCWD</>, "/usr/lib/python3/dist-packages/served/__pycache__/plug.cpython-313.pyc", O_RDONLY) = 3</usr/lib/python3/dist-packages/served/__pycache__/plug.cpython-313.pyc>',
	'openat(AT_FDCWD</>, "/etc/alias.conf", O_RDONLY) = 3</etc/served/served.conf>',
	'stat("/etc/served/more.conf", {st_mode=S_IFREG|0644}) = 0',
	'openat(AT_FDCWD</>, "/usr/lib/served/mod_two.so", O_RDONLY) = -1 EACCES (Permission denied)',
);

test("the meter counts by group what was really used, under any name", () => {
	const { groups, packages } = new CoverageMeter([served, common, client], files).measure(run);
	// The client comes from the same source, but none of it was used.
	expect(packages.map(({ name }) => name)).toEqual(["served", "served-common"]);
	expect(coverageGroups.map((group) => [group, groups[group].reached, groups[group].of])).toEqual([
		["programs", 1, 2],
		["modules", 2, 3],
		["configuration", 1, 2],
		["data", 0, 1],
	]);
	expect(groups.modules.untouched).toEqual(["/lib/served/mod_two.so"]);
	expect(groups.configuration.untouched).toEqual(["/etc/served/more.conf"]);
});

test("several runs are measured together", () => {
	const meter = new CoverageMeter([served, common], files);
	const more = trace('openat(AT_FDCWD</>, "/etc/served/more.conf", O_RDONLY) = 3</etc/served/more.conf>');
	expect(meter.measure(more).groups.configuration.reached).toBe(1);
	expect(meter.measure(run, more).groups.configuration.reached).toBe(2);
	expect(totalCoverage(meter.measure(run, more))).toEqual({ reached: 5, of: 8 });
});

test("modules of other packages count too, loaded or not", () => {
	const machine = tree({
		"/usr/sbin/served": executable,
		"/usr/share/served/modules": link("../../lib/served/modules"),
		...empty("/usr/lib/served/modules/mod_geo.so", "/usr/lib/served/modules/readme", "/usr/lib/other/plugins/one.so"),
	});
	const own = { ref: { name: "served", version: "1" }, files: ["/usr/sbin/served", "/usr/lib/served/modules"] as Path[] };
	expect(foreignModules([own], machine)).toEqual(["/usr/lib/served/modules/mod_geo.so"]);
	const geo = { ref: { name: "served-mod-geo", version: "1" }, files: ["/usr/lib/served/modules/mod_geo.so"] as Path[] };
	const start = trace('execve("/usr/sbin/served", ["x"], 0x7 /* 1 var */) = 0');
	const { groups, packages } = new CoverageMeter([own, geo], machine).measure(start);
	expect(groups.modules).toEqual({ reached: 0, of: 1, untouched: ["/usr/lib/served/modules/mod_geo.so"] });
	expect(packages.map(({ name }) => name)).toEqual(["served"]);
});

test("libraries where the loader looks for every program are no modules", () => {
	const files = ["/usr/local/lib/libserved.so.1", "/usr/local/lib/x86_64-linux-gnu/libserved.so.1"] as Path[];
	const machine = tree(empty(...files, "/usr/local/lib/libother.so.1"));
	const own = { ref: { name: "served", version: "1" }, files };
	expect(foreignModules([own], machine)).toEqual([]);
	expect(new CoverageMeter([own], machine).measure().groups.modules.of).toBe(0);
});

test("a script's package counts as the application's, its interpreter's does not", () => {
	const scripts = tree({ "/usr/bin/python3": executable, "/usr/share/tool/main.py": "", "/usr/sbin/served": executable });
	expect(packagedFile(["/usr/sbin/served", "-x"], scripts)).toBe("/usr/sbin/served");
	expect(packagedFile(["/usr/bin/python3", "-u", "/usr/share/tool/main.py"], scripts)).toBe("/usr/share/tool/main.py");
	expect(packagedFile(["/usr/bin/python3", "-m", "http.server"], scripts)).toBeUndefined();
	expect(packagedFile(["/usr/sbin/gone"], scripts)).toBeUndefined();
});

test("proposals list runnable lines first, then signals, then unused files", () => {
	const application = { ...bareApplication, command: ["/usr/sbin/served"], probes: ["redis-cli -p 1 PING"] };
	const coverage = new CoverageMeter([served, common], files).measure(run);
	const next = nextExercises({ application, run: ["redis-cli -p 1 SAVE"], signals: ["SIGHUP"], coverage });
	expect(next.map((one) => (one.kind === "command" ? one.command : one.kind))).toEqual([
		"redis-cli -p 1 INFO",
		"redis-cli -p 1 BGREWRITEAOF",
		"redis-cli -p 1 EVAL 'return 1' 0",
		"signal",
		"modules",
		"helpers",
		"configuration",
	]);
	expect(next.find((one) => one.kind === "helpers")).toMatchObject({
		directory: "/lib/served",
		count: 1,
		paths: ["/lib/served/helper"],
	});
	expect(nextExercises({ application: { ...application, probes: [] }, run: [], signals: [] })).toEqual([]);
});

const stages = (life: ReturnType<typeof lifecycleCoverage>) =>
	life.map(({ by = "", cameUp, stage }) => `${cameUp ? "+" : "-"}${stage} ${by}`.trim());

test("a trace shows some stages of the lifecycle and not others", () => {
	const nginx = { command: ["/usr/sbin/nginx"], gaps: new Set<never>() };
	expect(stages(lifecycleCoverage({ ...nginx, signals: ["SIGUSR1"] }))).toEqual([
		"+start",
		"-reload SIGHUP",
		"+log-reopening SIGUSR1",
		"+stop",
		"+second-start",
	]);
	expect(untracedStages(lifecycleCoverage({ ...nginx, signals: ["SIGUSR1", "SIGHUP"] }))).toEqual([]);
	// redis opens its log for each line and has no reload.
	expect(stages(lifecycleCoverage({ command: ["/usr/bin/redis-server"], gaps: new Set(), signals: [] }))).toEqual([
		"+start",
		"+stop",
		"+second-start",
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
		"+stop",
		"+second-start",
		"-socket-activation served.socket",
	]);
	expect(stages(lifecycleCoverage({ ...lived, reloadSignal: "HUP" }))).toContain("+reload SIGHUP");
});
