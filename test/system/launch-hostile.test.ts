import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { pythonPages, wordsOf } from "./daemons.ts";

/** An application's environment and preloads must not affect the launcher, which is root on the host. */
const server = wordsOf(pythonPages(8123));

test("the application's variables affect no program before it", async () => {
	const folder = temporaryFolder("path");
	const mark = join(folder, "ran");
	mkdirSync(join(folder, "bin"));
	for (const name of ["chroot", "setpriv", "setsid", "env", "mount", "sh"]) {
		writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho ${name} >>${mark}\nexec /usr/bin/${name} "$@"\n`);
		chmodSync(join(folder, "bin", name), 0o755);
	}
	const path = `${folder}/bin:/usr/bin:/bin`;
	// The host has a link on the path to these directories.
	const name = `cagewright-test-${process.pid}`;
	const directories = ["--directory", `/var/run/${name}`, "--writable", `/var/run/${name}-state`];
	const variables = ["--env", `PATH=${path}`, "--env", "LD_PRELOAD=/no/such.so"];
	const where = { state: temporaryState() };
	const strict = ["sh", "-c", 'umask 077; exec "$@"', "sh"];
	const words = ["--name", "preload", "--user", "nobody", ...variables, ...directories, ...server];
	const made = await make(words, { ...where, enter: strict });
	expect(made.answered).toBe(true);
	expect(existsSync(mark)).toBe(false);
	// They are created only in the sandbox.
	expect(existsSync(`/run/${name}`)).toBe(false);
	expect(existsSync(`/run/${name}-state`)).toBe(false);

	const shown = "import os; print(sorted(os.environ.items()))";
	const { stderr, stdout } = await cagewright(["run", "preload", "--", "/usr/bin/python3", "-c", shown], where);
	expect(stderr.match(/cannot be preloaded/g)).toHaveLength(1);
	// A shell would have added PWD, OLDPWD and _.
	expect(stdout).toContain(`[('LANG', 'C'), ('LC_CTYPE', 'C.UTF-8'), ('LD_PRELOAD', '/no/such.so'), ('PATH', '${path}')]`);
	expect(existsSync(mark)).toBe(false);
});

test.runIf(isLong)("an application that starts as root cannot change the host's /dev/null via its standard streams", async () => {
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
