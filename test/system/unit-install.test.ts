import fs from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../../src/base/engine/context.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { installUnit } from "../../src/unit/engine/installed-unit.ts";
import { systemUnits } from "../../src/unit/host/host-units.ts";
import type { UnitSet } from "../../src/unit/ports.ts";
import { isLong } from "../long.ts";
import { cagewright, inProcess, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

/** Installs a cage's unit, and a drop-in for a service, into another system's file tree. */

const state = temporaryState();
const tree = temporaryFolder("system");
/** The demonstration's interpreter. */
const program = fs.realpathSync(process.execPath);
const place = "etc/systemd/system/cage-demo.service";
const dropin = "etc/systemd/system/app.service.d/zz-cagewright.conf";
const at = (path: string) => join(tree, path);
const unit = (...args: string[]) => inProcess(["unit", "demo", "--root", tree, ...args], { state });
const installed = (path: string) => fs.readFileSync(at(path), "utf8");

beforeAll(async () => {
	await preparedDemo(state);
});

beforeEach(() => {
	fs.rmSync(at("etc"), { recursive: true, force: true });
	fs.mkdirSync(at("etc/systemd/system"), { recursive: true });
	fs.mkdirSync(at("usr/lib/systemd/system"), { recursive: true });
	fs.writeFileSync(
		at("usr/lib/systemd/system/app.service"),
		`[Service]\nType=forking\nExecStart=${program} -d\nKillSignal=SIGQUIT\n`,
	);
});

describe("--install", () => {
	test("writes the printed unit, readable for everybody, and logs it", async () => {
		expect(await unit("--install")).toMatchObject({ status: 0, stdout: `Wrote /${place}.\n` });
		const [first = "", ...rest] = installed(place).split("\n");
		expect(first).toContain(join(state, "cages/demo"));
		expect(rest.join("\n")).toBe((await unit()).stdout);
		expect(fs.lstatSync(at(place))).toMatchObject({ mode: 0o100644, uid: 0, gid: 0 });
		expect((await cagewright(["show", "demo", "--history", "--json"], { state })).json.history.at(-1)).toContain(
			`"path":"/${place}"`,
		);
		expect(fs.readdirSync(at("etc/systemd/system"))).toEqual(["cage-demo.service"]);
	});

	test("writes a drop-in for a service into the service's folder", async () => {
		expect((await unit("--dropin", "app", "--install")).status).toBe(0);
		const text = installed(dropin);
		expect(text).toContain("# was: Type=forking\nType=exec\n");
		expect(text).toContain(`# was: ExecStart=${program} -d\nExecStart=\n`);
		expect(text).toContain("kill -s QUIT");
		expect(fs.lstatSync(at("etc/systemd/system/app.service.d")).mode & 0o777).toBe(0o755);
	});

	test("leaves the variables' values in a file that only root reads, and whose name does not reveal them", async () => {
		const cage = join(state, "cages/demo/cage.json");
		const before = fs.readFileSync(cage, "utf8");
		const { application, ...rest } = JSON.parse(before);
		try {
			fs.writeFileSync(cage, JSON.stringify({ ...rest, application: { ...application, env: { KEY: 'hunter2 "$x"' } } }));
			const texts = [(await unit()).stdout, (await unit("--dropin", "app")).stdout, (await unit("--json")).stdout];
			expect(texts.filter((text) => text.includes("hunter2"))).toEqual([]);
			const files = texts.slice(0, 2).map((text) => /^EnvironmentFile=(\S+)$/m.exec(text)?.[1] ?? "");
			expect(files[0]).toBe(files[1]);
			expect(fs.readFileSync(files[0] ?? "", "utf8")).toContain('KEY="hunter2 \\"\\$x\\""\n');
			for (const [path, mode] of [
				[files[0], 0o600],
				[dirname(files[0] ?? ""), 0o700],
			] as const)
				expect(fs.lstatSync(path ?? "").mode & 0o777).toBe(mode);
			fs.rmSync(dirname(files[0] ?? ""), { recursive: true });
			expect((await unit()).stdout).not.toContain(files[0]);
		} finally {
			fs.writeFileSync(cage, before);
		}
	});

	test("changes nothing the second time, and replaces the file of an older version", async () => {
		await unit("--install");
		const before = fs.lstatSync(at(place));
		expect((await unit("--install", "--json")).json).toMatchObject({ action: "unchanged" });
		expect(fs.lstatSync(at(place)).ino).toBe(before.ino);
		await inProcess(["build", "demo", "--allow", "netlink", "--yes", "--quiet"], { state });
		expect((await unit("--install", "--json")).json).toMatchObject({ action: "replaced" });
		expect(installed(place)).toContain("AF_NETLINK");
	});

	test("changes nothing with --dry-run", async () => {
		expect(await unit("--install", "--dry-run")).toMatchObject({ status: 0, stdout: `Would write /${place}.\n` });
		expect(fs.existsSync(at(place))).toBe(false);
	});

	const obstacles: [string, () => void][] = [
		["a file of somebody else", () => fs.writeFileSync(at(place), "[Service]\nExecStart=/usr/bin/true\n")],
		["a link, wherever it leads", () => fs.symlinkSync("/nowhere", at(place))],
		["a directory", () => fs.mkdirSync(at(place))],
	];
	test.each(obstacles)("leaves %s unchanged (4)", async (_what, obstacle) => {
		obstacle();
		const before = fs.lstatSync(at(place));
		expect(await unit("--install")).toMatchObject({ status: 4, stderr: expect.stringContaining(`/${place} was not written by`) });
		expect(fs.lstatSync(at(place)).ino).toBe(before.ino);
		expect((await unit("--uninstall")).status).toBe(4);
	});

	test("leaves its own unit if somebody changed it (4)", async () => {
		await unit("--install");
		fs.writeFileSync(at(place), `${installed(place)}Nice=5\n`);
		expect(await unit("--install")).toMatchObject({ status: 4, stderr: /was edited after/ });
		expect((await unit("--uninstall")).status).toBe(4);
		expect(installed(place)).toContain("Nice=5");
	});

	test("leaves the unit of a cage in another state folder (4)", async () => {
		await unit("--install");
		fs.writeFileSync(at(place), installed(place).replace(state, "/another/state"));
		expect(await unit("--install")).toMatchObject({ status: 4, stderr: expect.stringContaining("/another/state/cages/demo") });
	});

	test("does not write through a link or into a folder that others may write to (4)", async () => {
		fs.mkdirSync(at("elsewhere"), { recursive: true });
		fs.symlinkSync(at("elsewhere"), at("etc/systemd/system/app.service.d"));
		expect((await unit("--dropin", "app", "--install")).status).toBe(4);
		expect(fs.readdirSync(at("elsewhere"))).toEqual([]);
		fs.chmodSync(at("etc/systemd/system"), 0o777);
		expect((await unit("--install")).status).toBe(4);
		expect(fs.existsSync(at(place))).toBe(false);
	});

	test.runIf(isLong)("applies a drop-in after those of packages and of systemctl edit", async () => {
		for (const other of ["etc/systemd/system/app.service.d/override.conf", "usr/lib/systemd/system/app.service.d/extend.conf"]) {
			fs.mkdirSync(dirname(at(other)), { recursive: true });
			fs.writeFileSync(at(other), "[Service]\nUser=root\nExecStartPre=/bin/true\n");
		}
		expect((await unit("--dropin", "app", "--install")).status).toBe(0);
		expect(installed(dropin)).toContain("# was: ExecStartPre=/bin/true\n# was: ExecStartPre=/bin/true\nExecStartPre=\n");
	});

	describe.runIf(isLong)("a drop-in that an earlier release wrote under another name", () => {
		const earlier = "etc/systemd/system/app.service.d/50-cagewright.conf";
		beforeEach(async () => {
			await unit("--dropin", "app", "--install");
			fs.renameSync(at(dropin), at(earlier));
		});

		test("is moved", async () => {
			expect((await unit("--dropin", "app", "--install", "--json")).json).toMatchObject({
				action: "replaced",
				path: `/${dropin}`,
			});
			expect(fs.readdirSync(at("etc/systemd/system/app.service.d"))).toEqual(["zz-cagewright.conf"]);
		});

		test("is removed", async () => {
			expect((await unit("--dropin", "app", "--uninstall")).stdout).toBe(`Removed /${earlier}.\n`);
			expect(fs.readdirSync(at("etc/systemd/system"))).toEqual([]);
		});

		test("stays if somebody changed it (4)", async () => {
			fs.writeFileSync(at(earlier), `${installed(earlier)}Nice=5\n`);
			const refused = { status: 4, stderr: expect.stringContaining(`/${earlier} was edited after`) };
			expect(await unit("--dropin", "app", "--install")).toMatchObject(refused);
			expect(await unit("--dropin", "app", "--uninstall")).toMatchObject(refused);
			expect(fs.readdirSync(at("etc/systemd/system/app.service.d"))).toEqual(["50-cagewright.conf"]);
		});
	});

	test("refuses a drop-in that a later one would override (4), unless that concerns only the host", async () => {
		const override = "etc/systemd/system/app.service.d/zzz.conf";
		fs.mkdirSync(at("etc/systemd/system/app.service.d"));
		fs.writeFileSync(at(override), "[Service]\nRestart=always\nLimitNOFILE=4096\n");
		expect((await unit("--dropin", "app", "--install")).status).toBe(0);
		fs.writeFileSync(at(override), "[Service]\nUser=root\n");
		expect(await unit("--dropin", "app", "--install")).toMatchObject({ status: 4, stderr: expect.stringContaining("sets User") });
	});

	test("writes a drop-in for a service about whose own unit systemd complains", async () => {
		fs.writeFileSync(at("usr/lib/systemd/system/app.service"), `[Unit]\nAfter=app.service\n[Service]\nExecStart=${program} -d\n`);
		expect(await unit("--dropin", "app", "--install")).toMatchObject({ status: 0 });
	});

	test("writes nothing that systemd would complain about (1)", async () => {
		const units = systemUnits(tree);
		const broken = (set: UnitSet, ours: string) => {
			const files = set.files.map(({ name, text }) =>
				name.endsWith(ours) ? { name, text: `${text}\n[Service]\nPrivateEverything=yes\n` } : { name, text },
			);
			return units.complaints({ ...set, files }, ours);
		};
		const context: Context = {
			machine: { ...systemMachine(state), units: { ...units, complaints: broken } },
			emit() {},
			signal: new AbortController().signal,
		};
		const refused = { code: "unit-rejected", values: { complaint: expect.stringContaining("PrivateEverything") }, exit: 1 };
		await expect(installUnit(context, { name: "demo" }, false)).rejects.toMatchObject(refused);
		await expect(installUnit(context, { name: "demo", service: "app" }, false)).rejects.toMatchObject(refused);
		expect(fs.readdirSync(at("etc/systemd/system"))).toEqual([]);
	});
});

describe("--uninstall", () => {
	test("removes the installed file, and its folder if nothing else is in it", async () => {
		await unit("--install");
		await unit("--dropin", "app", "--install");
		expect(await unit("--uninstall", "--dry-run")).toMatchObject({ status: 0, stdout: `Would remove /${place}.\n` });
		expect(fs.existsSync(at(place))).toBe(true);
		expect(await unit("--uninstall")).toMatchObject({ status: 0, stdout: `Removed /${place}.\n` });
		expect((await unit("--dropin", "app", "--uninstall")).status).toBe(0);
		expect(fs.readdirSync(at("etc/systemd/system"))).toEqual([]);
	});

	test("keeps a folder with drop-ins of others", async () => {
		await unit("--dropin", "app", "--install");
		fs.writeFileSync(at("etc/systemd/system/app.service.d/10-other.conf"), "");
		await unit("--dropin", "app", "--uninstall");
		expect(fs.readdirSync(at("etc/systemd/system/app.service.d"))).toEqual(["10-other.conf"]);
	});
});

test("a service that starts another program is left alone (4)", async () => {
	fs.writeFileSync(at("usr/lib/systemd/system/other.service"), "[Service]\nExecStart=/usr/sbin/other\n");
	for (const more of [["--install"], ["--score"], []]) {
		const { status, stderr, stdout } = await unit("--dropin", "other", ...more);
		expect([status, stdout]).toEqual([4, ""]);
		expect(stderr).toMatch(/^cagewright: other\.service does not start [^\n]*\bmake other\.service`\.\n$/);
	}
	expect(fs.existsSync(at("etc/systemd/system/other.service.d"))).toBe(false);
});

test.runIf(isLong)("--score compares systemd's ratings of the service and its cage", async () => {
	const { json } = await unit("--dropin", "app", "--score", "--json");
	const { after, before, service } = json.exposure;
	expect(service).toBe("app.service");
	expect(before).toBeGreaterThan(9);
	expect(after).toBeLessThanOrEqual(2);
	const { stdout } = await unit("--dropin", "app", "--score");
	expect(stdout).toMatch(/app\.service +9\.\d\n/);
	// The points for each open setting.
	expect(stdout).toMatch(/\nPrivateNetwork= +0\.\d *\n/);
});

test.each([
	["an unknown service", ["--dropin", "nothing", "--install"], 2],
	["a removal of a missing file", ["--uninstall"], 1],
	["a dry run of nothing", ["--dry-run"], 2],
	["both options at once", ["--install", "--uninstall"], 2],
])("%s is refused", async (_, words, status) => {
	expect(await unit(...words)).toMatchObject({ status });
});
