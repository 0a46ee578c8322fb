import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import type { Path } from "../../src/base/path/path.ts";
import { libraryDirectories, parseLoaderCache } from "../../src/plan/elf/ld-so.ts";

const files = systemFiles();
/** An absolute path, because an ordinary account's PATH lacks /sbin. */
const ldconfig = "/sbin/ldconfig";

test("the parser reads the machine's ld.so.cache as ldconfig prints it", () => {
	const printed = new Map<string, string[]>();
	for (const [, name = "", path = ""] of execFileSync(ldconfig, ["-p"], { encoding: "latin1", maxBuffer: 1e8 }).matchAll(
		/^\t(\S+) \(.*\) => (\/.*)$/gm,
	)) {
		printed.set(name, [...(printed.get(name) ?? []), path]);
	}
	expect(printed.size).toBeGreaterThan(50);
	expect(parseLoaderCache(files.read("/etc/ld.so.cache" as Path) ?? Buffer.alloc(0))).toEqual(printed);
});

test("the parser finds the same directories as ldconfig, in the same order", () => {
	const root = mkdtempSync(`${tmpdir()}/cagewright-ldconfig-`);
	const conf = {
		"/etc/ld.so.conf": [
			"# a comment",
			"/opt/b/ # another",
			"  include ld.so.conf.d/*.conf",
			"hwcap 1 nosegneg",
			"/opt/c\t",
			"include /etc/none/*.conf ld.so.conf.d/more",
			"/opt/none",
			"/opt/a:/opt/d",
			"/opt/a /opt/d",
			"/opt//f",
			"/opt/b",
			"",
		].join("\n"),
		"/etc/ld.so.conf.d/z.conf": "/opt/d\n/opt/b\n",
		"/etc/ld.so.conf.d/a.conf": "/opt/z\n",
		"/etc/ld.so.conf.d/.hidden.conf": "/opt/hidden\n",
		"/etc/ld.so.conf.d/more": "/opt/e\ninclude [mn]*.d/?\n/opt/\xe9",
		"/etc/ld.so.conf.d/n.d/x": "/opt/x",
		"/etc/ld.so.conf.d/n.d/xy": "/opt/xy",
	};
	try {
		for (const name of ["a", "b", "c", "d", "e", "f", "x", "xy", "z", "hidden", "\xe9"]) {
			mkdirSync(Buffer.from(`${root}/opt/${name}`, "latin1"), { recursive: true });
		}
		for (const [path, content] of Object.entries(conf)) {
			mkdirSync(dirname(root + path), { recursive: true });
			writeFileSync(root + path, content, "latin1");
		}
		// Print only: -N writes no cache, -X creates no links.
		const printed = execFileSync(ldconfig, ["-r", root, "-v", "-N", "-X"], {
			encoding: "latin1",
			stdio: ["ignore", "pipe", "ignore"],
		});
		const theirs = [...printed.matchAll(/^(.*): \(from \/etc\/ld\.so\.conf.*\)$/gm)].map(([, path]) => path);
		const inside = (path: Path) => `${root}${path}` as Path;
		const ours = libraryDirectories("/etc/ld.so.conf" as Path, {
			list: (path) => files.list(inside(path)),
			read: (path, limit) => files.read(inside(path), limit),
		});
		expect(theirs).toHaveLength(8);
		expect(ours.filter((path) => files.status(inside(path)) !== undefined)).toEqual(theirs);
	} finally {
		rmSync(root, { recursive: true });
	}
});
