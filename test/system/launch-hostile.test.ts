import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";

/** An application's environment and preloads must not affect the launcher, which is root on the host. */
const server = [
	"--probe",
	"curl -fsS --noproxy '*' http://127.0.0.1:8123/",
	"--",
	"/usr/bin/python3",
	"-m",
	"http.server",
	"8123",
];

test("the launch runs no program from the application's PATH", async () => {
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

test("the application's variables affect no program before it", async () => {
	const where = { state: temporaryState() };
	const made = await make(["--name", "preload", "--user", "nobody", "--env", "LD_PRELOAD=/no/such.so", ...server], where);
	expect(made.answered).toBe(true);
	const shown = "import os; print(sorted(os.environ.items()))";
	const { stderr, stdout } = await cagewright(["run", "preload", "--", "/usr/bin/python3", "-c", shown], where);
	expect(stderr.match(/cannot be preloaded/g)).toHaveLength(1);
	// A shell would have added PWD, OLDPWD and _.
	expect(stdout).toContain("[('LANG', 'C'), ('LC_CTYPE', 'C.UTF-8'), ('LD_PRELOAD', '/no/such.so'), ('PATH', ");
	expect(stdout.match(/\('/g)).toHaveLength(4);
});

test("an account can be traced and caged under a strict umask", async () => {
	const strict = ["sh", "-c", 'umask 077; exec "$@"', "sh"];
	const made = await make(["--name", "strict", "--user", "nobody", ...server], { state: temporaryState(), enter: strict });
	expect(made.answered).toBe(true);
});

test("a directory behind a link of the host is created only in the sandbox", async () => {
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

test("an application that starts as root cannot change the host's /dev/null via its standard streams", async () => {
	const where = { state: temporaryState() };
	await make(["--name", "null", ...server], where);
	const lines = [
		"import errno, os, stat",
		"for stream in (0, 2):",
		"    status = os.fstat(stream)",
		"    for change in (lambda: os.fchmod(stream, stat.S_IMODE(status.st_mode)), lambda: os.utime(stream)):",
		"        try: change(); print('changed', stream)",
		"        except OSError as error: print(errno.errorcode[error.errno], stat.S_ISCHR(status.st_mode))",
		"os.write(2, b'written')",
	];
	const { status, stdout } = await cagewright(["run", "null", "--", "/usr/bin/python3", "-c", lines.join("\n")], {
		...where,
		enter: ["sh", "-c", 'exec "$@" 2>/dev/null', "sh"],
	});
	expect({ status, stdout }).toEqual({ status: 0, stdout: "EROFS True\n".repeat(4) });
});
