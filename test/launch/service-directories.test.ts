import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDirectory, createFile } from "../../src/launch/cage-steps.ts";
import { createServiceDirectories, removeServiceDirectories } from "../../src/launch/host/service-directories.ts";
import type { LaunchRequest } from "../../src/launch/ports.ts";
import type { DirectoryOwner } from "../../src/service/application.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "cagewright-directories-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(process.getuid?.() === 0)("a service's runtime directory", () => {
	const created = { uid: 0, gid: 0, mode: 0o750 };
	const launchOf = (path: string, owner: DirectoryOwner = created) =>
		({ launch: { kind: "cage", cage: { binds: [{ path, access: "rw", created: owner }] } } }) as unknown as LaunchRequest;

	it("is created for the launch, and removed with what the application left in it", async () => {
		const path = join(folder, "app");
		const directories = createServiceDirectories(launchOf(path));
		expect(statSync(path).mode & 0o7777).toBe(0o750);
		mkdirSync(join(path, "below"));
		writeFileSync(join(path, "below/app.pid"), "1");
		await removeServiceDirectories(directories);
		expect(existsSync(path)).toBe(false);
	});

	it("has the directories that the service manager creates below it, from a launch and from a script", () => {
		const below = [
			{ path: "in", uid: 0, gid: 0, mode: 0o755 },
			{ path: "in/jail", uid: 65534, gid: 65534, mode: 0o700 },
		];
		const owner = { uid: 65534, gid: 65534, mode: 0o2750, below };
		const [launched, scripted] = [join(folder, "launched"), join(folder, "scripted")];
		createServiceDirectories(launchOf(launched, owner));
		const create = `[ -e "$1" ] || ${createDirectory('"$1"', owner)}`;
		// A later start finds it.
		for (const _ of [1, 2]) expect(spawnSync("sh", ["-c", create, "sh", scripted]).status).toBe(0);
		for (const top of [launched, scripted]) {
			const found = ["", "/in", "/in/jail"].map((name) => statSync(top + name));
			expect(found.map(({ mode, uid }) => [uid, mode & 0o7777])).toEqual([
				[65534, 0o2750],
				[0, 0o755],
				[65534, 0o700],
			]);
		}
	});

	it("stays if it was there before, or if somebody else created it meanwhile", async () => {
		const [before, meanwhile] = [join(folder, "before"), join(folder, "meanwhile")];
		mkdirSync(before);
		expect(createServiceDirectories(launchOf(before))).toEqual([]);
		const directories = createServiceDirectories(launchOf(meanwhile));
		renameSync(meanwhile, join(folder, "aside"));
		mkdirSync(meanwhile);
		writeFileSync(join(meanwhile, "other"), "");
		await removeServiceDirectories(directories);
		expect(existsSync(join(meanwhile, "other"))).toBe(true);
	});
});

describe.runIf(process.getuid?.() === 0)("a service's file in a directory of a group", () => {
	const create = (before: string) => {
		const [place, victim, programs] = ["app.log", "victim", "bin"].map((name) => join(folder, name));
		if (!place || !victim || !programs) throw new Error("three paths");
		writeFileSync(victim, "root's", { mode: 0o600 });
		mkdirSync(programs);
		// Whoever may write in the directory acts while the file is being created.
		writeFileSync(join(programs, "chown"), `#!/bin/sh\n${before}\nexec /bin/chown "$@"\n`, { mode: 0o755 });
		const line = createFile(`'${place}'`, { uid: 65534, gid: 65534, mode: 0o644 });
		const { status, stderr } = spawnSync("/bin/sh", ["-eu", "-c", line], {
			cwd: folder,
			encoding: "utf8",
			env: { PATH: `${programs}:/usr/bin:/bin` },
		});
		return { place: statSync(place), status, stderr, victim: statSync(victim) };
	};

	it("gets its owner and mode", () => {
		const { place, status, stderr } = create(":");
		expect([status, stderr, place.uid, place.gid, place.mode & 0o7777]).toEqual([0, "", 65534, 65534, 0o644]);
	});

	it("gives them to no other file, even if its name becomes a link meanwhile", () => {
		const { victim } = create("rm app.log; ln -s victim app.log");
		expect([victim.uid, victim.mode & 0o7777]).toEqual([0, 0o600]);
		expect(readFileSync(join(folder, "victim"), "utf8")).toBe("root's");
	});
});
