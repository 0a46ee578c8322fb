import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cagewright, home, inProcess, must, temporaryFolder, temporaryState } from "./cagewright.ts";

const state = temporaryState();
let root: string;
const link = () => `${root}/usr/local/sbin/cagewright`;

beforeEach(() => {
	root = temporaryFolder("root");
	for (const folder of ["etc/apt/apt.conf.d", "etc/systemd/system", "usr/local/sbin", "usr/local/lib"]) {
		fs.mkdirSync(`${root}/${folder}`, { recursive: true });
	}
});

const install = (...options: string[]) => inProcess(["install", "--root", root, ...options], { state });
const uninstall = (...options: string[]) => inProcess(["uninstall", "--root", root, ...options], { state });
const files = () =>
	execFileSync("find", [root, "-type", "f", "-o", "-type", "l"], { encoding: "utf8" })
		.split("\n")
		.filter((path) => path && !path.includes("/usr/local/lib/cagewright/"))
		.map((path) => path.slice(root.length))
		.sort();

test("program, man pages, completions, hook and timer are installed, work, and are removed without a trace", async () => {
	const dry = await must(install("--dry-run"));
	expect(files()).toEqual([]);
	expect(dry.stdout).toContain("start a daily timer");
	expect((await install("--dry-run", "--timer", "none")).stdout).not.toContain("timer");
	const done = await must(install());
	expect(done.stdout).toContain(`cagewright uninstall --root ${root}\n`);
	expect(files().filter((path) => !path.includes("/man/"))).toEqual([
		"/etc/apt/apt.conf.d/90cagewright",
		"/etc/fish/completions/cagewright.fish",
		"/etc/systemd/system/cagewright-metrics.service",
		"/etc/systemd/system/cagewright-upkeep.service",
		"/etc/systemd/system/cagewright-upkeep.timer",
		"/etc/systemd/system/timers.target.wants/cagewright-upkeep.timer",
		"/usr/local/sbin/cagewright",
		"/usr/local/share/bash-completion/completions/cagewright",
		"/usr/local/share/zsh/site-functions/_cagewright",
	]);
	expect(
		files()
			.filter((path) => path.includes("/man/"))
			.map((path) => basename(path))
			.sort(),
	).toEqual(fs.readdirSync(join(home, "dist/man")).sort());
	const manual = `${root}/usr/local/share/man/man1/cagewright-make.1`;
	expect(spawnSync("mandoc", ["-T", "lint", "-W", "warning", manual], { encoding: "utf8" })).toMatchObject({
		status: 0,
		stdout: "",
		stderr: "",
	});
	expect(fs.readlinkSync(link())).toBe("/usr/local/lib/cagewright/bin/cagewright.js");
	const there = `${root}/usr/local/lib/cagewright/bin/cagewright.js`;
	expect(execFileSync(there, ["--version"], { encoding: "utf8", env: {} })).toMatch(/^\d+\.\d+/);
	expect(fs.lstatSync(there).mode & 0o777).toBe(0o755);
	// A second installation changes nothing, except that it removes files that the new options exclude.
	expect((await install("--timer", "none")).status).toBe(0);
	expect(files()).not.toContain("/etc/systemd/system/cagewright-upkeep.timer");

	const before = files();
	const announced = await must(uninstall("--dry-run", "--json"));
	expect(files()).toEqual(before);

	const gone = await uninstall("--json");
	const { dryRun, ...planned } = announced.json;
	expect({ dryRun, gone: gone.json }).toEqual({ dryRun: true, gone: planned });
	expect(gone.status, gone.stderr).toBe(0);
	expect(files()).toEqual([]);
	expect(fs.existsSync(`${root}/usr/local/lib/cagewright`)).toBe(false);
	expect((await uninstall()).stderr).toContain("Nothing was installed");
});

describe.each([
	["000", []],
	["077", ["usr/local", "etc"]],
] as const)("under the umask %s", (umask, missing) => {
	const enter = ["sh", "-c", `umask ${umask}; exec "$@"`, "sh"];
	const modes = () =>
		execFileSync("find", [root, "!", "-type", "l", "-printf", "%P %m\n"], { encoding: "utf8" })
			.split("\n")
			.filter(Boolean)
			.sort();

	test(`every user can run the installed program and only root can change it, with ${missing.length} folders missing before`, async () => {
		for (const name of missing) fs.rmSync(`${root}/${name}`, { recursive: true });
		expect((await cagewright(["install", "--root", root], { state, enter })).status).toBe(0);
		const found = modes();
		const expected = found.map((line) => {
			const [path = ""] = line.split(" ");
			const isProgram = path.endsWith("/bin/cagewright.js") || /\/dist\/native\/.*\/[a-z-]+$/.test(path);
			const isOpen = fs.lstatSync(`${root}/${path}`).isDirectory() || isProgram;
			return `${path} ${isOpen ? "755" : "644"}`;
		});
		expect(found).toEqual(expected);
		const started = ["--reuid=nobody", "--clear-groups", `${root}/usr/local/lib/cagewright/bin/cagewright.js`, "--version"];
		expect(execFileSync("setpriv", started, { encoding: "utf8", env: {} })).toMatch(/^\d+\.\d+/);
	});
});

test("systemd and apt accept the written files", async () => {
	await install("--timer", "update");
	const units = ["service", "timer"].map((type) => `${root}/etc/systemd/system/cagewright-upkeep.${type}`);
	const complaints = execFileSync("sh", ["-c", 'systemd-analyze verify --man=no "$@" 2>&1 || true', "sh", ...units], {
		encoding: "utf8",
	});
	// The unit names the installed path, which does not exist on this machine.
	expect(complaints.split("\n").filter((line) => line && !line.includes("is not executable"))).toEqual([]);
	expect(fs.readFileSync(units[0] ?? "", "utf8")).toContain("update --all --yes");
	const dump = execFileSync("apt-config", ["-c", `${root}/etc/apt/apt.conf.d/90cagewright`, "dump"], { encoding: "utf8" });
	expect(dump).toMatch(/DPkg::Post-Invoke:: "test ! -x .*cagewright.* stale --mark \|\| true";/);
	expect(dump).toMatch(
		/DPkg::Post-Invoke:: "systemctl .*cagewright-upkeep\.timer .* restart cagewright-upkeep\.service \|\| true";/,
	);
});

test("an update removes man pages of verbs that no longer exist, but not those that somebody edited", async () => {
	await install();
	const folder = `${root}/usr/local/share/man/man1`;
	const text = fs.readFileSync(`${folder}/cagewright-list.1`, "utf8");
	fs.writeFileSync(`${folder}/cagewright-former.1`, text);
	fs.writeFileSync(`${folder}/cagewright-edited.1`, `${text}.\\" edited\n`);
	expect((await install()).status).toBe(0);
	expect(fs.existsSync(`${folder}/cagewright-former.1`)).toBe(false);
	expect(await uninstall()).toMatchObject({ stderr: expect.stringContaining("cagewright-edited.1") });
	expect(files()).toEqual(["/usr/local/share/man/man1/cagewright-edited.1"]);
});

test.each<[string, (place: string) => void]>([
	["a clone", (place) => fs.mkdirSync(`${place}/.git`, { recursive: true })],
	["a link", (place) => fs.symlinkSync("clone", place)],
	["a file", (place) => fs.writeFileSync(place, "mine")],
])("`install` and `uninstall` leave %s in the program's place alone", async (_, make) => {
	const place = `${root}/usr/local/lib/cagewright`;
	fs.mkdirSync(`${root}/usr/local/lib/clone`);
	make(place);
	const { ino } = fs.lstatSync(place);
	for (const options of [["--dry-run"], []])
		expect(await install(...options)).toMatchObject({ status: 4, stderr: /lib\/cagewright was not written by Cagewright/ });
	for (const options of [["--dry-run"], []])
		expect(await uninstall(...options)).toMatchObject({ status: 0, stderr: /lib\/cagewright was changed.* not removed/ });
	expect(fs.lstatSync(place).ino).toBe(ino);
	expect(fs.readdirSync(`${root}/usr/local/lib`).sort()).toEqual(["cagewright", "clone"]);
});

test("`install` and `uninstall` leave files of others alone", async () => {
	fs.writeFileSync(link(), "mine\n");
	expect(await install()).toMatchObject({ status: 4, stderr: expect.stringContaining("/usr/local/sbin/cagewright") });
	expect(files()).toEqual(["/usr/local/sbin/cagewright"]);
	execFileSync("rm", [link()]);
	// The installation replaces a link to a clone.
	fs.symlinkSync("/opt/clone/bin/cagewright.js", link());
	expect((await install()).status).toBe(0);
	fs.writeFileSync(`${root}/etc/apt/apt.conf.d/90cagewright`, "edited\n");
	expect(await uninstall()).toMatchObject({ stderr: /90cagewright/ });
	expect(files()).toEqual(["/etc/apt/apt.conf.d/90cagewright"]);
});

test.each(["install", "install --dry-run", "uninstall", "uninstall --dry-run", "unit web", "unit web --install"])(
	"%s refuses a root that is no directory, and creates none",
	async (words) => {
		for (const wrong of [`${root}/nosuch`, link()]) {
			if (wrong === link()) fs.writeFileSync(wrong, "");
			const [verb = "", ...options] = words.split(" ");
			const refused = await inProcess([verb, ...options, "--root", wrong], { state });
			expect(refused).toMatchObject({ status: 2, stdout: "" });
			expect(refused.stderr).toMatch(new RegExp(`^cagewright: Directory '${wrong}' does not exist[^\\n]+\\n$`));
			expect(fs.existsSync(`${root}/nosuch`)).toBe(false);
		}
	},
);
