import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { home, temporaryFolder } from "./cagewright.ts";

test("npm packs the program without what building needs, and installs it without other packages", () => {
	const folder = temporaryFolder("npm");
	const quiet = ["--offline", "--ignore-scripts", "--loglevel=error", "--cache", join(folder, "cache")];
	const npm = (...words: string[]) => execFileSync("npm", [...words, ...quiet], { cwd: home, encoding: "utf8" });
	const [{ filename, files }] = JSON.parse(npm("pack", "--json", "--pack-destination", folder));
	const names: string[] = files.map(({ path }: { path: string }) => path);
	for (const name of ["LICENSE", "README.md", "bin/cagewright.js", "dist/main.js", "dist/licences.txt", "templates/redis.json"])
		expect(names).toContain(name);
	expect(names.filter((name) => /^(src|test|scripts|docs)\/|packaging\/(deb|rpm)|\.cache/.test(name))).toEqual([]);
	npm("install", "--global", "--prefix", join(folder, "root"), join(folder, filename));
	const installed = join(folder, "root/bin/cagewright");
	expect(readlinkSync(installed)).toContain("node_modules/cagewright/bin/cagewright.js");
	const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
	expect(execFileSync(process.execPath, [installed, "--version"], { encoding: "utf8" }).trim()).toContain(version);
	expect(existsSync(join(folder, "root/lib/node_modules/cagewright/node_modules"))).toBe(false);
});
