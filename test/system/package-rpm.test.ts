import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { isLong } from "../long.ts";
import { bootTime } from "./booted.ts";
import { home, temporaryFolder } from "./cagewright.ts";
import { buildPackages, type Processor, processors } from "./packages-built.ts";

/** The RPM package, from its build to its removal from a tree of its own. */

let packages: Readonly<Record<Processor, string>>;
let rpm: string;

// Compression takes long on a busy machine.
vi.setConfig({ testTimeout: bootTime, hookTimeout: bootTime });

beforeAll(() => {
	packages = buildPackages("rpm");
	rpm = packages[process.arch as Processor];
});

test.runIf(isLong)("rpmlint finds nothing in the packages", () => {
	const settings = join(home, "packaging/rpm/rpmlint.toml");
	const { stderr, stdout } = spawnSync("rpmlint", ["--config", settings, ...Object.values(packages)], { encoding: "utf8" });
	expect(stdout + stderr).toContain("2 packages and 0 specfiles checked; 0 errors, 0 warnings");
});

const rows = [
	["x64", "x86_64"],
	["arm64", "aarch64"],
] as const;
const built = rows.filter(([processor]) => processors.includes(processor));

test.each(built)("the package for %s has its programs", (processor, architecture) => {
	const query = ["--query", "--package", "--queryformat", "%{ARCH}\n[%{FILENAMES}\n]", packages[processor]];
	const [found, ...files] = execFileSync("rpm", query, { encoding: "utf8" }).trim().split("\n");
	expect(found).toBe(architecture);
	const folder = "/usr/lib/cagewright/dist/native/";
	const native = files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length).split("/")[0]);
	expect([...new Set(native)]).toEqual([processor]);
	expect(files).toContain(`${folder}${processor}/init`);
});

test("the package is installed, verified and removed, and cages stay", () => {
	const root = temporaryFolder("root");
	// Programs for the package's scripts.
	for (const folder of ["bin", "usr/bin"]) mkdirSync(join(root, folder), { recursive: true });
	copyFileSync("/usr/bin/busybox", join(root, "bin/busybox"));
	for (const name of ["bin/sh", "usr/bin/find"]) symlinkSync("/bin/busybox", join(root, name));
	const manager = (...words: string[]) => {
		const { status, stderr, stdout } = spawnSync("rpm", [`--root=${root}`, "--noplugins", ...words], { encoding: "utf8" });
		return { status, said: stdout + stderr };
	};
	expect(manager("--install", "--nodeps", rpm)).toEqual({ status: 0, said: "" });
	expect(manager("--verify", "--nodeps", "cagewright")).toEqual({ status: 0, said: "" });
	const installed = join(root, "usr/lib/cagewright/bin/cagewright.js");
	expect(execFileSync(process.execPath, [installed, "--version"], { encoding: "utf8", env: {} }).trim()).toBe(
		basename(rpm).split("-")[1],
	);
	mkdirSync(join(root, "var/lib/cagewright/cages/redis"), { recursive: true });
	const { said, status } = manager("--erase", "cagewright");
	expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining("/var/lib/cagewright were kept") });
	for (const path of ["usr/lib/cagewright", "usr/bin/cagewright", "usr/lib/systemd/system/cagewright-check.timer"])
		expect(existsSync(join(root, path)), path).toBe(false);
	const left = execFileSync("find", [root, "-name", "*cagewright*"], { encoding: "utf8" }).trim().split("\n");
	expect(left.map((path) => path.slice(root.length)).filter((path) => path && path !== "/var/lib/cagewright")).toEqual([]);
});
