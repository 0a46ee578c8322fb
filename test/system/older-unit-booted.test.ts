import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/host/hash.ts";
import { initName } from "../../src/confine/places.ts";
import { launchInit } from "../../src/launch/host/launch-folder.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/**
 * `fixtures/units/pages-0.1.0.tar.br` is the state folder and the unit after 0.1.0 imported `fixtures/cages/pages.tar.br` on x86_64 and
 * ran `unit pages --install`. Busybox is left out, because that export has the same.
 */
describe.runIf(process.arch === "x64")("a unit that 0.1.0 installed, with assembled programs", () => {
	const fixture = (name: string) => brotliDecompressSync(readFileSync(join(import.meta.dirname, "../fixtures", name)));
	const confiner = "cagewright-conf-a3cccda49e38";
	const cage = "var/lib/cagewright/cages/pages";
	let system: Booted;
	const unit = () => readFileSync(join(system.tree, "etc/systemd/system/cage-pages.service"), "utf8");
	const init = () => readFileSync(join(system.tree, cage, "launcher", initName));
	const answers = () => eventually(() => system.query("curl -fsS http://127.0.0.1:18999/os-release | grep ^ID="));
	const runningInit = () =>
		system.query("sha256sum </proc/$(systemctl show --value --property=MainPID cage-pages)/exe | cut -d' ' -f1");

	beforeAll(async () => {
		system = await boot();
		const unpack = (folder: string, archive: Buffer, ...members: readonly string[]) =>
			execFileSync("tar", ["-xp", "-C", folder, ...members], { input: archive });
		unpack(system.tree, fixture("units/pages-0.1.0.tar.br"));
		const busybox = "usr/bin/busybox";
		unpack(join(system.tree, cage), fixture("cages/pages.tar.br"), `generations/1/${busybox}`);
		execFileSync("cp", ["-p", join(system.tree, cage, "generations/1", busybox), join(system.tree, busybox)]);
		await system.must("systemctl daemon-reload");
	}, bootTime);

	test("starts with them", async () => {
		expect(unit()).toContain(`ExecStart=/.launch/${confiner} /.launch/${initName} `);
		await system.must("systemctl start cage-pages");
		await answers();
		expect(await runningInit()).toBe(sha256(init()));
		expect(init().equals(launchInit())).toBe(false);
	});

	test("is renewed by update, which says so and restarts it with this release's programs", async () => {
		// So that there is something to update.
		appendFileSync(join(system.tree, "usr/lib/os-release"), "VARIANT=changed\n");
		const said = await system.must("cagewright update pages --yes --no-selftest");
		expect(said).toContain("Renewed cage-pages.service with the programs of this release, for later starts.");
		expect(said).toContain("Restarted cage-pages.service");
		expect(unit()).not.toContain(confiner);
		expect(init().equals(launchInit())).toBe(true);
		await answers();
		expect(await runningInit()).toBe(sha256(launchInit()));
	});
});
