import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { greeter, greeterPackages } from "./greeter.ts";
import { freePort } from "./network.ts";

/** Runs alone, because it installs packages. */

const state = temporaryState();
const packages = greeterPackages(temporaryFolder("packages"));

test("the hook of a real upgrade marks the cage, and an update removes the mark", async () => {
	packages.install("one");
	const port = await freePort();
	const asks = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo probe >&3; read -t 5 -r answer <&3; test -n "$answer"`;
	await make(["--name", "greeter", "--probe", `bash -c '${asks}'`, "--", greeter, String(port)], { state });
	const root = temporaryFolder("root");
	for (const folder of ["etc/apt/apt.conf.d", "etc/systemd/system", "usr/local/sbin", "usr/local/lib"])
		mkdirSync(`${root}/${folder}`, { recursive: true });
	expect((await cagewright(["install", "--root", root], { state })).status).toBe(0);
	const hook = readFileSync(`${root}/etc/apt/apt.conf.d/90cagewright`, "utf8");
	// The program in the test's tree has another path.
	writeFileSync(
		`${root}/hook`,
		hook.replaceAll("/usr/local/sbin/cagewright", `${root}/usr/local/lib/cagewright/bin/cagewright.js`),
	);
	const deb = packages.pack("2.0", "two");
	const said = execFileSync("apt-get", ["install", "-y", "--no-install-recommends", deb], {
		encoding: "utf8",
		env: { ...process.env, APT_CONFIG: `${root}/hook`, DEBIAN_FRONTEND: "noninteractive", LANG: "C.UTF-8" },
	});
	expect(said).toMatch(/cage greeter still contains older files of .*libcagewright-test-greeting/);
	expect((await cagewright(["list"], { state })).stdout).toMatch(/greeter .*outdated/);
	expect((await cagewright(["stale"], { state })).status).toBe(1);
	expect(await cagewright(["update", "greeter", "--no-selftest"], { state })).toMatchObject({
		status: 0,
		stdout: expect.stringMatching(`To go back to \\d+: cagewright --state ${state} rollback greeter\n`),
	});
	expect((await cagewright(["list"], { state })).stdout).not.toMatch(/greeter .*old/);
	expect(await cagewright(["stale"], { state })).toMatchObject({ status: 0, stdout: "No cage is outdated.\n" });
});
