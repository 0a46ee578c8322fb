import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeTree } from "../../src/base/host/remove.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { AuditPolicy } from "../../src/check/audit.ts";
import { type AuditResult, auditCage } from "../../src/check/host/audit.ts";
import { makeDeep } from "./deep.ts";
import { mounted } from "./scoped.ts";

const policy: AuditPolicy = {
	owner: 0,
	devices: [{ type: "c", major: 1, minor: 3 }],
	setuid: [],
	special: [],
	mounts: [pathFromText("/data")],
	accounts: [{ uid: 33, gids: [33] }],
};

let top: string;
let cage: string;
beforeEach(() => {
	top = fs.mkdtempSync(join(tmpdir(), "audit-"));
	fs.chmodSync(top, 0o755);
	cage = join(top, "cage");
	for (const directory of ["", "etc", "usr/bin", "dev", "data"])
		fs.mkdirSync(join(cage, directory), { recursive: true, mode: 0o755 });
	fs.writeFileSync(join(cage, "etc/passwd"), "www-data:x:33:33::/:/usr/sbin/nologin\n");
	fs.writeFileSync(join(cage, "usr/bin/program"), "x", { mode: 0o755 });
	fs.symlinkSync("usr/bin", join(cage, "bin"));
});
// rm, because Node fails beyond PATH_MAX.
afterEach(() => void execFileSync("rm", ["-rf", top]));

const audit = (at = cage): Promise<AuditResult> => auditCage({ root: pathFromText(at), policy });
/** Audits the cage with its data. */
const auditWith = (data: string) =>
	auditCage({ root: pathFromText(cage), policy, data: [{ path: pathFromText("/data"), source: pathFromText(data) }] });

/** Returns codes and paths, without the findings about the temporary directory. */
async function findings(at?: string): Promise<string[]> {
	const { findings } = await audit(at);
	return findings.filter(({ code }) => code !== "way-sticky").map(({ code, path }) => `${code} ${path}`);
}

describe.skipIf(process.getuid?.() !== 0)("a cage", () => {
	it("passes without a flaw, and every entry is counted", async () => {
		await execa("mknod", ["-m", "666", join(cage, "dev/null"), "c", "1", "3"]);
		expect(await findings()).toEqual([]);
		expect((await audit()).looked).toBe(10);
	});

	it("is searched for traps in its data at any depth", async () => {
		const data = join(top, "written");
		fs.mkdirSync(data);
		makeDeep(data, "touch evil; chmod 4755 evil");
		const { findings } = await auditWith(data);
		const [deepest] = findings.filter(({ code }) => code === "data-setuid");
		expect(deepest).toMatchObject({ severity: "danger", path: expect.stringMatching(/^\/data\/.{5000,}\/evil$/) });
		expect(findings).toContainEqual(
			expect.objectContaining({ code: "unseen", severity: "warning", values: { error: "ENAMETOOLONG" } }),
		);
	});

	it("is audited completely even if its data is deeper than the audit goes", async () => {
		const data = join(top, "written");
		fs.mkdirSync(data);
		execFileSync("perl", ["-e", 'chdir shift; for (1 .. 400) { mkdir "d" x 200 or die; chdir "d" x 200 or die }', data]);
		fs.writeFileSync(join(data, "evil"), "");
		fs.chmodSync(join(data, "evil"), 0o4755);
		await execa("setcap", ["cap_net_raw+ep", join(cage, "usr/bin/program")]);
		const { findings } = await auditWith(data);
		expect(findings.filter(({ severity }) => severity === "danger").map(({ code, path }) => `${code} ${path}`)).toEqual([
			"data-setuid /data/evil",
			"file-capabilities /usr/bin/program",
		]);
		expect(findings).toContainEqual(expect.objectContaining({ code: "unseen", severity: "warning", path: /^.{203}$/ }));
		await removeTree(pathFromText(data));
	});

	it("is searched for file capabilities in its data, whatever the names", async () => {
		const data = join(top, "written");
		fs.mkdirSync(join(data, "a b"), { recursive: true });
		for (const name of ["a b/with caps", "with caps"]) {
			fs.writeFileSync(join(data, name), "");
			await execa("setcap", ["cap_net_raw+ep", join(data, name)]);
		}
		const { findings } = await auditWith(data);
		const finding = { code: "data-file-capabilities", severity: "danger", values: { capabilities: "cap_net_raw=ep" } };
		expect(findings.filter(({ code }) => code === finding.code)).toEqual([
			{ ...finding, path: "/data/a b/with caps" },
			{ ...finding, path: "/data/with caps" },
		]);
	});

	const spoiled: [string, () => unknown, string][] = [
		["a setuid file", () => fs.chmodSync(join(cage, "usr/bin/program"), 0o4755), "setuid /usr/bin/program"],
		[
			"a capability",
			() => execa("setcap", ["cap_net_raw+ep", join(cage, "usr/bin/program")]),
			"file-capabilities /usr/bin/program",
		],
		["a device", () => execa("mknod", [join(cage, "dev/mem"), "c", "1", "1"]), "device /dev/mem"],
		["a FIFO", () => execa("mkfifo", [join(cage, "usr/fifo")]), "fifo /usr/fifo"],
		[
			"a hard link from outside",
			() => fs.linkSync(join(cage, "usr/bin/program"), join(top, "second")),
			"hard-link /usr/bin/program",
		],
		["a file for everybody", () => fs.chmodSync(join(cage, "usr/bin/program"), 0o666), "world-writable /usr/bin/program"],
		["a file of the application", () => fs.chownSync(join(cage, "usr/bin/program"), 33, 0), "application-owns /usr/bin/program"],
		["a hash", () => fs.writeFileSync(join(cage, "etc/passwd"), "root:$6$x$y:0:0::/:/bin/sh\n"), "password-hash /etc/passwd"],
		["shadow", () => fs.writeFileSync(join(cage, "etc/shadow"), ""), "shadow-file /etc/shadow"],
		["a link out", () => fs.symlinkSync("/etc/hostname", join(cage, "etc/out")), "link-leads-outside /etc/out"],
		["a writable directory on the path", () => fs.chmodSync(top, 0o777), "way-writable TOP"],
		["another user's directory on the path", () => fs.chownSync(top, 33, 33), "way-foreign-owner TOP"],
	];
	it.each(spoiled)("with %s gets a finding", async (_what, spoil, expected) => {
		await spoil();
		expect(await findings()).toEqual([expected.replace("TOP", top)]);
	});

	it("with a socket gets a finding", async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(join(cage, "etc/socket"), resolve));
		expect(await findings()).toEqual(["socket /etc/socket"]);
		await new Promise((resolve) => server.close(resolve));
	});

	it("that is reached via a link gets a finding", async () => {
		fs.symlinkSync(cage, join(top, "link"));
		expect(await findings(join(top, "link"))).toContain(`way-not-directory ${join(top, "link")}`);
		expect(await findings(join(top, "absent/cage"))).toContain(`way-not-directory ${join(top, "absent")}`);
	});

	it("with a mount in it gets a finding, and the mount is not entered", async () => {
		fs.mkdirSync(join(cage, "mnt"));
		using _mount = mounted(join(cage, "mnt"), "-t", "tmpfs", "tmpfs");
		fs.writeFileSync(join(cage, "mnt/suid"), "", { mode: 0o644 });
		fs.chmodSync(join(cage, "mnt/suid"), 0o4755);
		fs.chmodSync(join(cage, "mnt"), 0o755);
		expect(await findings()).toEqual(["mounted /mnt"]);
	});

	it("is audited completely even if names are not UTF-8", async () => {
		const name = Buffer.concat([Buffer.from(join(cage, "usr/bin/")), Buffer.from([0xff, 0x0a, 0x20, 0x61])]);
		fs.writeFileSync(name, "");
		fs.chmodSync(name, 0o4755);
		const { findings } = await audit();
		expect(findings.map(({ code, path }) => [code, path]).at(-1)).toEqual(["setuid", "/usr/bin/\xff\n a"]);
	});

	it("is audited until the signal aborts", async () => {
		await expect(auditCage({ root: pathFromText(cage), policy }, AbortSignal.abort())).rejects.toThrow();
	});
});
