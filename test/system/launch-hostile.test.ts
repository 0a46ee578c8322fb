import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { make, temporaryFolder, temporaryState } from "./cagewright.ts";

/** What an application's description says must not reach the launcher, which is root on the host. */
const server = [
	"--probe",
	"curl -fsS --noproxy '*' http://127.0.0.1:8123/",
	"--",
	"/usr/bin/python3",
	"-m",
	"http.server",
	"8123",
];

test("the PATH of the application brings no program into the launch", async () => {
	const folder = temporaryFolder("path");
	const mark = join(folder, "ran");
	mkdirSync(join(folder, "bin"));
	for (const name of ["chroot", "setpriv", "setsid", "env", "mount", "sh"]) {
		writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho ${name} >>${mark}\nexec /usr/bin/${name} "$@"\n`);
		chmodSync(join(folder, "bin", name), 0o755);
	}
	const path = `PATH=${folder}/bin:/usr/bin:/bin`;
	const made = await make(["--name", "path", "--env", path, ...server], { state: temporaryState() });
	expect(made.answered).toBe(true);
	expect(existsSync(mark)).toBe(false);
});

test("a directory behind a link of the host is made in the rehearsal alone", async () => {
	const name = `cagewright-test-${process.pid}`;
	const options = [
		"--name",
		"linked",
		"--user",
		"nobody",
		"--directory",
		`/var/run/${name}`,
		"--writable",
		`/var/run/${name}-state`,
	];
	const made = await make([...options, ...server], { state: temporaryState() });
	expect(made.answered).toBe(true);
	expect(existsSync(`/run/${name}`)).toBe(false);
	expect(existsSync(`/run/${name}-state`)).toBe(false);
});
