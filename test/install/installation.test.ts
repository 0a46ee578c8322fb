import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installedFiles } from "../../src/install/installation.ts";

const used = new Set<string>();
const released = (path: string) => {
	used.add(path);
	return readFileSync(path, "utf8");
};
const has = { apt: true, dnf: true, dnf5: true, systemd: true };
const program = "/usr/local/sbin/cagewright";
const folder = mkdtempSync(`${tmpdir()}/cagewright-installation-`);
const say = `${folder}/say`;
writeFileSync(say, `#!/bin/sh\nprintf '%s\\n' "$@"\n`, { mode: 0o755 });
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the arguments that a shell passes to the program and to systemctl for this line. */
function passed(line: string): string[] {
	return execFileSync("sh", ["-c", line.replaceAll(program, say).replaceAll("systemctl", say)], { encoding: "utf8" })
		.trimEnd()
		.split("\n");
}

const starts = (unit: string) => ["--quiet", "is-active", `${unit}.timer`, "--no-block", "restart", `${unit}.service`];
const invoked = (apt: string) =>
	[...apt.matchAll(/Post-Invoke \{ "(.*)"; \};/g)].map(([, line = ""]) => line.replaceAll('\\"', '"'));

test.each(["/var/lib/cagewright", `/srv/it's "odd" $HOME`])("the hooks quote the state folder %s as one word", (state) => {
	const files = installedFiles({ state, timer: "check", has, manuals: [] }, released);
	const [apt = "", dnf = "", dnf5 = "", service = ""] = files.map(({ text }) => text).slice(3);
	const words = ["--quiet", "--state", state, "stale", "--mark"];
	// Only a package has this unit, if the timer of `install` does not update.
	const all = [...words, ...starts("cagewright-update")];
	expect(invoked(apt).flatMap(passed)).toEqual(all);
	expect(passed(dnf.trim().replace("*:any:", ""))).toEqual(all);
	expect(passed(dnf5.trim().replace(/^.*raise_error=0:/, ""))).toEqual(all);
	expect(service).toContain(`--state ${state === "/var/lib/cagewright" ? state : `"/srv/it's \\"odd\\" $$HOME"`} check --all`);
	for (const { text } of files) expect(text).not.toMatch(/@[A-Z]+@/);
});

test("the hooks start an update at once if the timer updates", () => {
	const [apt = ""] = installedFiles({ state: "/s", timer: "update", has, manuals: [] }, released)
		.map(({ text }) => text)
		.slice(3);
	expect(passed(invoked(apt)[1] ?? "")).toEqual(starts("cagewright-upkeep"));
});

test("`install` or `watch --install` uses every man page, completion and file of packaging", () => {
	const manuals = readdirSync("dist/man");
	for (const timer of ["check", "update"] as const) installedFiles({ state: "/s", timer, has, manuals }, released);
	used.add("packaging/watch.service");
	const all = ["packaging", "dist/man", "dist/completion"].flatMap((place) =>
		readdirSync(place, { recursive: true, withFileTypes: true }),
	);
	// These build packages.
	const files = all.filter(
		(entry) => entry.isFile() && !/packaging\/(deb\/|rpm\/|prometheus\/|node\.json)/.test(join(entry.parentPath, entry.name)),
	);
	expect([...used].sort()).toEqual(files.map(({ name, parentPath }) => join(parentPath, name)).sort());
});
