import { describe, expect, test } from "vitest";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { temporaryEntriesOf } from "../../src/cage/engine/cages.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { made, manifestEntry } from "../make/report/made.ts";
import { entry, plan, writable } from "./plans.ts";

const launcherFolders = ["/.launch", "/dev", "/tmp", "/var", "/var/tmp"];
const paths = (from: Plan) =>
	cageEntries(from)
		.map(({ path }) => path)
		.filter((path) => !launcherFolders.includes(path));
const find = (from: Plan, path: string) => cageEntries(from).find((one) => one.path === path);

describe("the files of a plan on disk", () => {
	test("are the root, everything included, and all parent directories, parents first", () => {
		const one = plan([entry("/usr/bin/app"), entry("/etc/secret", { decision: "declined" }), entry("/etc/app.conf")]);
		expect(paths(one)).toEqual(["/", "/etc", "/etc/app.conf", "/usr", "/usr/bin", "/usr/bin/app"]);
		expect(find(one, "/usr")).toMatchObject({ kind: "directory", mode: 0o755, uid: 0, reasons: [{ kind: "parent-of" }] });
	});

	test("include the launcher's mount points, with /proc if it is permitted", () => {
		const all = (from: Plan) => cageEntries(from).map(({ path }) => path);
		expect(all(plan([]))).toEqual(["/", ...launcherFolders]);
		expect(all(plan([], { permissions: { capabilities: [], proc: "openat" } }))).toContain("/proc");
	});

	test("leave mount points empty", () => {
		const one = plan([entry("/var/lib/app/state"), entry("/srv/site/index.html"), entry("/srv/other")], {
			writable: [writable("/var/lib/app")],
			rules: { ...plan([]).rules, binds: [{ path: "/srv/site/", access: "ro" }] },
		});
		expect(paths(one)).toEqual(["/", "/srv", "/srv/other", "/srv/site", "/var/lib", "/var/lib/app"]);
		expect(find(one, "/srv/site")).toMatchObject({ kind: "bind", mode: 0o755 });
	});

	test("may be below /tmp and /dev, which the launcher shows again", () => {
		const device = { type: "c", major: 1, minor: 3 } as const;
		const one = plan([entry("/tmp/app/plugin"), entry("/dev/null", { kind: "device", mode: 0o666, device })]);
		expect(paths(one)).toEqual(["/", "/dev/null", "/tmp/app", "/tmp/app/plugin"]);
	});
});

describe("file modes in a cage", () => {
	test("let only the owner write, without setuid", () => {
		const modes = [0o4755, 0o2775, 0o666, 0o640, 0o6777].map((mode) => find(plan([entry("/f", { mode })]), "/f")?.mode);
		expect(modes).toEqual([0o755, 0o755, 0o644, 0o640, 0o755]);
		expect(find(plan([entry("/d", { kind: "directory", mode: 0o1777 })]), "/d")?.mode).toBe(0o755);
	});

	test("keep setuid if a rule allows it, and only for files", () => {
		const rules = { ...plan([]).rules, allowSetuid: ["/bin/su", "/d"] };
		const one = plan([entry("/bin/su", { mode: 0o4755 }), entry("/d", { kind: "directory", mode: 0o2755 })], { rules });
		expect(find(one, "/bin/su")?.mode).toBe(0o4755);
		expect(find(one, "/d")?.mode).toBe(0o755);
	});

	test("belong to one account without root", () => {
		const owners = cageEntries(plan([entry("/f", { uid: 33 })]), { uid: 1000, gid: 1001 }).map(({ uid, gid }) => [uid, gid]);
		expect(new Set(owners.map(String))).toEqual(new Set(["1000,1001"]));
	});
});

describe("a plan that would allow an escape is refused", () => {
	test.each(["/etc/../../x", "relative", "/a//b", "/a/./b", "/a/", "/a\0b"])("for the path %j", (path) => {
		expect(() => cageEntries(plan([entry(path)]))).toThrow(expect.objectContaining({ code: "plan-path-unsafe", exit: 4 }));
	});

	test("for a path below a link, which the build would follow", () => {
		const one = plan([entry("/lib", { kind: "symlink", target: "/etc" as Path }), entry("/lib/passwd")]);
		expect(() => cageEntries(one)).toThrow(expect.objectContaining({ code: "plan-path-below-file" }));
	});

	test("for a mount point on a file", () => {
		const one = plan([entry("/var/lib/app")], { writable: [writable("/var/lib/app")] });
		expect(() => cageEntries(one)).toThrow(expect.objectContaining({ code: "plan-path-twice" }));
	});

	test.each([
		["c", 1, 1],
		["c", 1, 2],
		["c", 1, 4],
		["c", 1, 11],
		["b", 8, 0],
	] as const)("for the device %s %i:%i", (type, major, minor) => {
		const one = plan([entry("/dev/x", { kind: "device", device: { type, major, minor } })]);
		expect(() => cageEntries(one)).toThrow(expect.objectContaining({ code: "device-refused", exit: 4 }));
	});

	test("for a device without a number", () => {
		expect(() => cageEntries(plan([entry("/dev/x", { kind: "device" })]))).toThrow(
			expect.objectContaining({ code: "device-refused" }),
		);
	});
});

test("entries directly below a temporary directory are kept by kind, with their content", () => {
	const entries = [
		manifestEntry("/tmp", { kind: "directory" }),
		manifestEntry("/tmp/app", { kind: "directory" }),
		manifestEntry("/tmp/app/deeper"),
		manifestEntry("/tmp/bound", { kind: "bind" }),
		manifestEntry("/tmp/file"),
		manifestEntry("/tmp/written", { kind: "generated" }),
		manifestEntry("/tmp/link", { kind: "symlink", target: pathFromText("app/../x") }),
		manifestEntry("/tmpfile"),
		manifestEntry("/var/tmp/other"),
		manifestEntry("/var/other"),
	];
	expect(temporaryEntriesOf(made({ entries }).manifest)).toEqual([
		{ path: "/tmp/app", kind: "directory" },
		{ path: "/tmp/bound", kind: "directory" },
		{ path: "/tmp/file", kind: "file" },
		{ path: "/tmp/written", kind: "file" },
		{ path: "/tmp/link", kind: "symlink", target: "app/../x" },
		{ path: "/var/tmp/other", kind: "file" },
	]);
});
