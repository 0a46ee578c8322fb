import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installedFiles } from "../../../src/core/installation/installation.ts";

const used = new Set<string>();
const packaged = (name: string) => {
	used.add(name);
	return readFileSync(`packaging/${name}`, "utf8");
};
const has = { apt: true, dnf: true, dnf5: true, systemd: true };
const program = "/usr/local/sbin/cagewright";
const folder = mkdtempSync(`${tmpdir()}/cagewright-installation-`);
const say = `${folder}/say`;
writeFileSync(say, `#!/bin/sh\nprintf '%s\\n' "$@"\n`, { mode: 0o755 });
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the arguments that a shell passes to the program for this line. */
function passed(line: string): string[] {
	return execFileSync("sh", ["-c", line.replaceAll(program, say)], { encoding: "utf8" })
		.trimEnd()
		.split("\n");
}

test.each(["/var/lib/cagewright", `/srv/it's "odd" $HOME`])("the hooks quote the state folder %s as one word", (state) => {
	const files = installedFiles({ state, timer: "check", has, manuals: [] }, packaged);
	const [apt = "", dnf = "", dnf5 = "", service = ""] = files.map(({ text }) => text).slice(3);
	const words = ["--quiet", "--state", state, "stale", "--mark"];
	const invoked = /Post-Invoke \{ "(.*)"; \};/.exec(apt)?.[1]?.replaceAll('\\"', '"') ?? "";
	expect(passed(invoked)).toEqual(words);
	expect(passed(dnf.trim().replace("*:any:", ""))).toEqual(words);
	expect(passed(dnf5.trim().replace(/^.*raise_error=0:/, ""))).toEqual(words);
	expect(service).toContain(`--state ${state === "/var/lib/cagewright" ? state : `"/srv/it's \\"odd\\" $$HOME"`} check --all`);
	for (const { text } of files) expect(text).not.toMatch(/@[A-Z]+@/);
});

test("`install` or `watch --install` uses every file of packaging", () => {
	const manuals = readdirSync("packaging/man");
	for (const timer of ["check", "update"] as const) installedFiles({ state: "/s", timer, has, manuals }, packaged);
	used.add("watch.service");
	const all = readdirSync("packaging", { recursive: true, withFileTypes: true });
	// These build packages.
	const files = all.filter(
		(entry) => entry.isFile() && !/packaging\/(deb\/|rpm\/|prometheus\/|node\.json)/.test(join(entry.parentPath, entry.name)),
	);
	expect([...used].sort()).toEqual(files.map(({ name, parentPath }) => relative("packaging", join(parentPath, name))).sort());
});
