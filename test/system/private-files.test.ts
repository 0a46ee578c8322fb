import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import { isPublic } from "../../src/base/machine/facts.ts";
import type { Path } from "../../src/base/path/path.ts";
import { isLong } from "../long.ts";
import { begin, cagewright, type Json, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { ask, freePort } from "./network.ts";

/** A compromised application asks for files that not everybody may read. */

const folder = temporaryFolder("private");
chmodSync(folder, 0o755);
const nobody = 65534;
const canRead = (path: string) => {
	try {
		execFileSync("setpriv", ["--reuid", "65533", "--regid", "65533", "--clear-groups", "head", "-c1", path], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
};

test("a file is public if an account without rights of its own can read it, whatever leads to it", () => {
	const modes = fc.constantFrom(0o700, 0o711, 0o750, 0o755, 0o701);
	let number = 0;
	const way = fc.record({ above: modes, below: modes, file: fc.constantFrom(0o600, 0o604, 0o640, 0o644), link: fc.nat(3) });
	fc.assert(
		fc.property(way, ({ above, below, file, link }) => {
			const top = join(folder, String(++number));
			const place = join(top, "a/b");
			mkdirSync(place, { recursive: true });
			writeFileSync(join(place, "file"), "content", { mode: 0o600 });
			const links = [join(place, "file"), join(top, "direct"), join(top, "folder/file"), join(top, "a/../again/b/file")];
			symlinkSync("a/b/file", join(top, "direct"));
			symlinkSync(place, join(top, "folder"));
			symlinkSync("./a", join(top, "again"));
			chmodSync(join(place, "file"), file);
			chmodSync(place, below);
			chmodSync(join(top, "a"), above);
			chmodSync(top, 0o755);
			const path = links[link] ?? "";
			expect(isPublic(path as Path, systemFiles()), `${path} ${above.toString(8)} ${below.toString(8)}`).toBe(canRead(path));
		}),
		{ numRuns: 40 },
	);
});

test("a file with an access control list is private", () => {
	const path = join(folder, "listed");
	writeFileSync(path, "content", { mode: 0o644 });
	expect(isPublic(path as Path, systemFiles())).toBe(true);
	// acl(5) and include/uapi/linux/posix_acl_xattr.h: version, then tag, rights and account of each entry.
	const entries = "(1, 6, -1), (2, 0, 65534), (4, 4, -1), (16, 4, -1), (32, 4, -1)";
	const value = `struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *one) for one in (${entries}))`;
	execFileSync("python3", ["-c", `import os, struct; os.setxattr("${path}", "system.posix_acl_access", ${value})`]);
	expect(isPublic(path as Path, systemFiles())).toBe(false);
});

const state = temporaryState();
const place = join(folder, "served");
const secretFolder = join(folder, "closed");
const names = {
	open: join(place, "open"),
	alias: join(place, "alias"),
	mode: join(place, "mode"),
	folder: join(secretFolder, "customers.sql"),
	key: join(place, "server.key"),
};
const privates = [names.alias, names.folder, names.mode, names.key].sort();
let port: number;

beforeAll(async () => {
	for (const directory of [place, secretFolder]) mkdirSync(directory);
	writeFileSync(join(place, "known"), "known", { mode: 0o644 });
	for (const path of [names.open, names.folder, names.mode]) writeFileSync(path, `content of ${path}`, { mode: 0o644 });
	execFileSync("openssl", ["genrsa", "-out", names.key, "2048"], { stdio: "ignore" });
	symlinkSync(names.folder, names.alias);
	chmodSync(secretFolder, 0o700);
	chmodSync(names.mode, 0o640);
	chownSync(names.mode, nobody, 0);
	port = await freePort();
	const serves = "if (open(my $f, '<', \"/$what\")) { $text = join('', <$f>) } else { $status = '404 None' }";
	const probe = `curl -sf http://127.0.0.1:${port}${join(place, "known")} >/dev/null`;
	await make(["--name", "asks", ...wordsOf({ ...perlServer(port, serves), probe })], { state });
});

const get = async (path: string) => (await ask(["curl", "-s", `http://127.0.0.1:${port}${path}`])).output;
const status = async (path: string) =>
	(await ask(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", `http://127.0.0.1:${port}${path}`])).output.trim();
const answers = () => eventually(async () => expect(await status(join(place, "known"))).toBe("200"));

test("a running application gets no private file by asking for it, except those that somebody names", async () => {
	await using _run = startRun("asks", { state });
	await answers();
	const watch = begin(["trace", "asks", "--for", "1h", "--events"], { state });
	await watch.says("watch-started");
	const end = Date.now() + 3000;
	while (Date.now() < end) for (const path of Object.values(names)) expect(await status(path)).toBe("404");
	const { stdout } = await watch.stop();
	for (const path of privates) expect(stdout).toMatch(new RegExp(`${path} .* private`));
	expect(stdout).toMatch(new RegExp(`${names.open} +\\S+ \\w+$`, "m"));
	expect(stdout).toContain("--take-missed --include PATH");

	const update = (...options: string[]) => cagewright(["update", "asks", "--no-selftest", ...options], { state });
	const dry = await update("--take-missed", "--dry-run");
	for (const path of [names.open, ...privates]) expect(dry.stdout).toContain(path);
	expect(dry.stdout).toContain(`+ ${names.open}`);
	for (const path of privates) expect(dry.stdout).not.toContain(`+ ${path}`);
	const listed = (await update("--dry-run", "--json")).json.cages[0].missed as readonly Json[];
	expect(listed.filter((one) => one.private).map(({ path }) => path)).toEqual(privates);

	const taken = await update("--take-missed", "--yes");
	expect(taken.status, taken.stderr).toBe(0);
	expect(taken.stderr).toContain(names.folder);
	await answers();
	await eventually(async () => expect(await get(names.open)).toContain(`content of ${names.open}`));
	for (const path of privates) expect(await status(path)).toBe("404");

	expect(await update("--include", "/etc/hostname", "--yes")).toMatchObject({
		status: 2,
		stderr: /did not ask for .?\/etc\/hostname/,
	});
	expect(await cagewright(["update", "--all", "--include", names.mode], { state })).toMatchObject({
		status: 2,
		stderr: /Name that cage only/,
	});
	const named = await update("--include", names.mode, "--yes");
	expect(named.status, named.stderr).toBe(0);
	await answers();
	await eventually(async () => expect(await get(names.mode)).toContain("content of"));
	for (const path of [names.alias, names.folder, names.key]) expect(await status(path)).toBe("404");
	expect(readFileSync(join(state, "cages/asks/cage.json"), "utf8")).not.toContain("customers.sql");
});

test.runIf(isLong)("a missed program whose interpreter is private is not taken, and nothing changes", async () => {
	const interpreter = join(secretFolder, "interpreter");
	const script = join(place, "script");
	cpSync("/bin/dash", interpreter);
	writeFileSync(script, `#!${interpreter}\n`, { mode: 0o755 });
	{
		await using _run = startRun("asks", { state });
		await answers();
		const watch = begin(["trace", "asks", "--for", "1h", "--events"], { state });
		await watch.says("watch-started");
		for (let times = 0; times < 10; times++) expect(await status(script)).toBe("404");
		expect((await watch.stop()).stdout).toContain(script);
	}
	const generation = (await cagewright(["list", "--json"], { state })).json.cages[0].generation;
	expect(await cagewright(["update", "asks", "--no-selftest", "--take-missed", "--yes"], { state })).toMatchObject({
		status: 4,
		stderr: new RegExp(`Nothing was updated, because ${interpreter} would be added`),
	});
	expect((await cagewright(["list", "--json"], { state })).json.cages[0].generation).toBe(generation);
});
