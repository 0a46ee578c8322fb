import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { UnitInput } from "../../src/unit/input.ts";
import { systemdUnit } from "../../src/unit/unit.ts";
import { bareApplication, plan as planOf } from "../cage/plans.ts";
import { temporaryFolder } from "./cagewright.ts";

/** systemd itself checks the unit. `systemd-analyze` does not need a booted systemd. */
const version = await execa("systemd-analyze", ["--version"], { reject: false });
const systemdVersion = Number(/^systemd (\d+)/.exec(version.stdout ?? "")?.[1] ?? 0);

const directory = temporaryFolder("unit");
let root: string;
beforeAll(() => {
	root = join(directory, "cages/app/generations/1");
	mkdirSync(root, { recursive: true });
});

const launcher = pathFromText("/state/cages/app/launcher");
const low = { name: "net_bind_service", why: "bind" };
const kept = ["setuid", "setgid"].map((name) => ({ name, why: name }));

const opened = { unixSockets: "connect", memfd: "memfd_create", proc: "openat" };

function plan(account: boolean, permissions: Plan["permissions"], groups: number[], command: readonly string[]): Plan {
	const env = { GREETING: 'a "b" 100% $HOME \\ \n' };
	return planOf([], {
		application: { ...bareApplication, command, cwd: "/var/lib/app", env },
		identity: account
			? { name: "www-data", uid: 33, gid: 33, groups, home: "/var/www" }
			: { name: "root", uid: 0, gid: 0, groups: [0], home: "/root" },
		permissions,
	});
}

function write(account: boolean, permissions: Plan["permissions"], groups: number[], more: Partial<UnitInput> = {}): string {
	const hostile = ["two words", "100%n", "$HOME", 'q"q', "b\\", "new\nline", ";", "", "'s", "\u202e"];
	const data = ["/var/lib/app", "/srv/with space 100%"].map((at) => ({
		path: pathFromText(at),
		source: pathFromText(join(directory, at)),
	}));
	const text = systemdUnit({
		name: "app 100%",
		root: pathFromText(root),
		data,
		binds: [{ path: "/etc/ssl", access: "ro" }],
		plan: plan(account, permissions, groups, ["/usr/bin/true", ...hostile]),
		systemdVersion,
		...more,
	});
	const file = join(directory, "caged.service");
	writeFileSync(file, text);
	return file;
}

const variants: [string, boolean, Plan["permissions"]["capabilities"], Partial<UnitInput>?][] = [
	["an account", true, []],
	["an account that binds a low port", true, [low]],
	["a start as root", false, [low, ...kept]],
	["an account with our init", true, [], { launcher }],
	["limits", true, [], { limits: { memory: 1 << 26, processes: 20, files: 100 } }],
];

describe.skipIf(!systemdVersion)("the unit", () => {
	it.each(variants)("of %s is accepted by systemd without a complaint", async (_name, account, capabilities, more) => {
		const file = write(account, { ...opened, capabilities }, [33, 4], more);
		const { exitCode, all } = await execa("systemd-analyze", ["verify", "--man=no", "--generators=no", file], {
			all: true,
			reject: false,
		});
		// Ignore complaints about systemd's own call groups with names that the installed libseccomp does not know.
		const complaints = all.split("\n").filter((line) => line.includes("caged") && !/System call \w+ is not known/.test(line));
		// systemd-analyze ignores RootDirectory= and looks for programs on the host, but the init exists in the cage only.
		const elsewhere = (line: string) => line.includes("Command /.launch/cagewright-init is not executable");
		expect(complaints.filter((line) => !elsewhere(line))).toEqual([]);
		if (!complaints.some(elsewhere)) expect(exitCode).toBe(0);
	});

	it("is refused by the same check if it is wrong", async () => {
		const file = write(true, { capabilities: [] }, [33]);
		writeFileSync(file, "[Service]\nType=exec\nExecStart=/usr/bin/true\nPrivateEverything=yes\n");
		const { all } = await execa("systemd-analyze", ["verify", "--man=no", "--generators=no", file], { all: true, reject: false });
		expect(all).toMatch(/PrivateEverything/);
	});

	const scores: [string, boolean, Plan["permissions"]["capabilities"], number][] = [
		["an account", true, [], 1.5],
		["an account that binds a low port", true, [low], 1.5],
		["a start as root that changes to an account", false, kept, 2.1],
		["a start as root that also binds a low port", false, [low, ...kept], 2.2],
	];
	it.skipIf(systemdVersion < 257).each(scores)("of %s has a low exposure score", async (_name, account, capabilities, most) => {
		const file = write(account, { capabilities }, [33], { launcher });
		const { stdout } = await execa("systemd-analyze", ["security", "--offline=yes", "--no-pager", file]);
		const score = Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
		expect(score).toBeGreaterThan(0);
		expect(score).toBeLessThanOrEqual(most);
	});
});
