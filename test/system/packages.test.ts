import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import { join, type Path } from "../../src/base/path/path.ts";
import { Claims } from "../../src/service/host/claims.ts";
import {
	divertedName,
	parseApkInstalled,
	parseDiversions,
	parseDpkgStatus,
	parsePacmanDesc,
	parsePacmanFiles,
	parseRpmLine,
} from "../../src/service/host/databases.ts";
import { systemPackages } from "../../src/service/host/packages.ts";
import { madeFiles } from "../plan/elf/made-files.ts";

/** A machine with these files, which the package adapters read. `links` maps paths to real paths. */
function machine(contents: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) {
	const files = madeFiles(contents, links);
	return systemPackages({
		...files,
		list: (path) => [...files.list(path)],
		status: (path) =>
			files.resolve(path) === undefined ? undefined : { kind: "file", mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0 },
		readLink: (path) => links[path] as Path | undefined,
	});
}

const ask = async (packages: ReturnType<typeof machine>, ...paths: string[]) =>
	Object.fromEntries(
		[...(await packages.owners(paths as Path[]))].map(([path, { name, version }]) => [path, `${name} ${version}`]),
	);

describe("dpkg", () => {
	const status = [
		"Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.22",
		"Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2.41-12\nDescription: C\n Version: not this one",
		"Package: libc6\nStatus: install ok installed\nArchitecture: i386\nMulti-Arch: same\nVersion: 2.41-12",
		"Package: vim-tiny\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2:9.1",
		"Package: vim-runtime\nArchitecture: all\nVersion: 2:9.1",
	].join("\n\n");

	test("keeps a foreign architecture in the name", () => {
		const packages = parseDpkgStatus(status);
		expect(packages.get("libc6:amd64")?.ref).toEqual({ name: "libc6", version: "2.41-12" });
		expect(packages.get("libc6:i386")?.ref).toEqual({ name: "libc6:i386", version: "2.41-12" });
		expect(packages.get("vim-runtime")?.ref).toEqual({ name: "vim-runtime", version: "2:9.1" });
		expect(parseDpkgStatus("")).toEqual(new Map());
		expect(parseDpkgStatus("Package: half").size).toBe(0);
	});

	test("has the source of a package", () => {
		const packages = parseDpkgStatus(
			[
				"Package: a\nVersion: 2+b1\nArchitecture: all\nSource: b (2)",
				"Package: c\nVersion: 1\nSource: d",
				"Package: e\nVersion: 1",
			].join("\n\n"),
		);
		expect(packages.get("a")).toMatchObject({ source: "b", sourceVersion: "2", architecture: "all" });
		expect(packages.get("c")).toMatchObject({ source: "d" });
		expect(packages.get("e")).toEqual({ name: "e", source: "e", architecture: "all", ref: { name: "e", version: "1" } });
	});

	test("moves the diverted file of other packages, not that of the diverting one", () => {
		const diversions = parseDiversions("/doc/help\n/doc/help.tiny\nvim-runtime\n/etc/mine\n/etc/mine.distrib\n:\n");
		expect(divertedName("/doc/help", "vim-tiny", diversions)).toBe("/doc/help.tiny");
		expect(divertedName("/doc/help", "vim-runtime", diversions)).toBe("/doc/help");
		expect(divertedName("/etc/mine", "any", diversions)).toBe("/etc/mine.distrib");
		expect(divertedName("/etc/other", "any", diversions)).toBe("/etc/other");
	});

	test("knows lists with an architecture, shared directories, and lists of unknown packages", async () => {
		const packages = machine({
			"/var/lib/dpkg/status": status,
			"/var/lib/dpkg/info/libc6:amd64.list": "/.\n/usr\n/usr/lib/libm.so.6\n/usr/share/libc\n",
			"/var/lib/dpkg/info/libc6:i386.list": "/usr/lib32/libc.so.6\n/usr/share/libc\n",
			"/var/lib/dpkg/info/vim-tiny.list": "/usr\n",
			"/var/lib/dpkg/info/unknown.list": "/usr/lib/unknown\n",
		});
		const asked = ["/usr/lib/libm.so.6", "/usr/lib32/libc.so.6", "/usr/share/libc", "/usr", "/usr/lib/unknown", "/nobody's", "/"];
		expect(await ask(packages, ...asked)).toEqual({
			"/usr/lib/libm.so.6": "libc6 2.41-12",
			"/usr/lib32/libc.so.6": "libc6:i386 2.41-12",
			"/usr/share/libc": "libc6 2.41-12",
		});
	});
});

test("apk's database is read", async () => {
	const installed = [
		"C:Q1abc=\nP:musl\nV:1.2.5-r9\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\nR:libc.musl-x86_64.so.1",
		"P:alpine-baselayout\nV:3.6\nF:\nR:top\nF:etc\nM:0:0:755\nF:etc/profile.d\nR:color.sh",
	].join("\n\n");
	expect(parseApkInstalled(`${installed}\n\n`)).toEqual([
		{ ref: { name: "musl", version: "1.2.5-r9" }, files: ["/lib", "/lib/ld-musl-x86_64.so.1", "/lib/libc.musl-x86_64.so.1"] },
		{ ref: { name: "alpine-baselayout", version: "3.6" }, files: ["/top", "/etc", "/etc/profile.d", "/etc/profile.d/color.sh"] },
	]);
	expect(await ask(machine({ "/lib/apk/db/installed": installed }), "/etc/profile.d/color.sh", "/etc/none")).toEqual({
		"/etc/profile.d/color.sh": "alpine-baselayout 3.6",
	});
});

test("pacman's database is read", async () => {
	const desc = "%NAME%\nglibc\n\n%VERSION%\n2.42-1\n\n%DESC%\nGNU C Library\n";
	const files = "%FILES%\netc/\netc/locale.gen\nusr/lib/libc.so.6\n\n%BACKUP%\netc/locale.gen\tabc\n";
	expect(parsePacmanDesc(desc)).toEqual({ name: "glibc", version: "2.42-1" });
	expect(parsePacmanDesc("%NAME%\n")).toBeUndefined();
	expect(parsePacmanFiles(files)).toEqual(["/etc", "/etc/locale.gen", "/usr/lib/libc.so.6"]);
});

test("rpm's output is read", () => {
	expect(parseRpmLine("glibc\t2.39-6.fc40\t/usr/lib64/libc.so.6")).toEqual({
		ref: { name: "glibc", version: "2.39-6.fc40" },
		file: "/usr/lib64/libc.so.6",
	});
	expect(parseRpmLine("a\t1:2-3\t/with\ttab")?.file).toBe("/with\ttab");
	for (const line of ["", "gpg-pubkey\t1-2\t(none)", "error: cannot open database", "a\tb"])
		expect(parseRpmLine(line)).toBeUndefined();
});

test("without a package manager's tool, no file has an owner", async () => {
	expect(await ask(machine({ "/var/lib/rpm/rpmdb.sqlite": "" }), "/etc/passwd")).toEqual({});
	expect(await ask(machine({ "/etc/passwd": "" }), "/etc/passwd")).toEqual({});
});

test("a path is looked up by its name in its real directory", () => {
	const aliases = madeFiles({ "/run/x.pid": "" }, { "/var/run": "/run" });
	const claims = new Claims(["/var/run/x.pid" as Path], { readLink: () => undefined, resolve: aliases.resolve });
	claims.claim("/run/x.pid", { name: "x", version: "1" });
	expect(claims.owners().get("/var/run/x.pid" as Path)?.name).toBe("x");
});

describe.skipIf(systemFiles().status("/var/lib/dpkg/status" as Path) === undefined)("on this Debian machine", () => {
	const files = systemFiles();
	const packages = systemPackages(files);
	const places = [
		"/usr/bin",
		"/usr/sbin",
		"/etc",
		"/etc/init.d",
		"/usr/lib/x86_64-linux-gnu",
		"/usr/lib/systemd/system",
		"/usr/lib/tmpfiles.d",
	];
	const paths = (places as Path[]).flatMap((place) => files.list(place).map((name) => join(place, name)));

	test("owners agree with dpkg-query, which knows no aliases", async () => {
		// dpkg-query treats arguments with these characters as patterns.
		const plain = paths.filter((path) => !/[*?[\\]/.test(path));
		const answer = await promisify(execFile)("dpkg-query", ["-S", ...plain], {
			maxBuffer: 1e8,
			env: { PATH: process.env.PATH, LC_ALL: "C" },
		}).catch((error: { stdout: string }) => error);
		const theirs = new Map<string, string>();
		for (const line of answer.stdout.split("\n")) {
			const [, names, path] = /^((?:[^ ,]+, )*[^ ,]+): (\/.*)$/.exec(line) ?? [];
			if (path === undefined || names === undefined || line.startsWith("diversion ")) continue;
			const each = new Set(names.split(", ").map((name) => name.replace(/:amd64$/, "")));
			if (each.size === 1) theirs.set(path, [...each].join());
		}
		const ours = await packages.owners(plain);
		const diverted = new Set(parseDiversions(files.read("/var/lib/dpkg/diversions" as Path)?.toString("latin1") ?? "").keys());
		const differing = [...theirs].filter(([path, name]) => ours.get(path as Path)?.name !== name && !diverted.has(path));
		expect(differing).toEqual([]);
		expect(theirs.size).toBeGreaterThan(500);
		// dpkg-query does not know files under an alias. There may be some more of them, but not many.
		expect(ours.size - theirs.size).toBeLessThan(theirs.size / 10);
	});
});

describe("related packages", () => {
	const names = async (packages: ReturnType<typeof machine>, path: string) =>
		(await packages.related(path as Path)).map(({ files, ref }) => `${ref.name} ${files.join(" ")}`);

	test("are those of one source for dpkg, whatever its version", async () => {
		const stanza = (name: string, more: string) => `Package: ${name}\nArchitecture: amd64\nVersion: 1\n${more}`;
		const packages = machine({
			"/var/lib/dpkg/status": [
				stanza("served", ""),
				stanza("served-common", "Source: served (1.2)"),
				stanza("libserved1", "Source: served"),
				stanza("other", "Source: other-served"),
			].join("\n\n"),
			"/var/lib/dpkg/info/served.list": "/usr/sbin/served\n",
			"/var/lib/dpkg/info/served-common.list": "/etc/served.conf\n",
			"/var/lib/dpkg/info/libserved1:amd64.list": "/usr/lib/libserved.so.1\n",
			"/var/lib/dpkg/info/other.list": "/usr/bin/other\n",
		});
		expect(await names(packages, "/etc/served.conf")).toEqual([
			"served-common /etc/served.conf",
			"served /usr/sbin/served",
			"libserved1 /usr/lib/libserved.so.1",
		]);
		expect(await names(packages, "/usr/bin/nobody's")).toEqual([]);
	});

	test("of a known owner are found without its path in any list", async () => {
		const packages = machine({
			"/var/lib/dpkg/status": "Package: served\nArchitecture: amd64\nVersion: 1\n",
			"/var/lib/dpkg/info/served.list": "/usr/sbin/served\n",
		});
		const related = await packages.related("/usr/bin/moved" as Path, { name: "served", version: "1" });
		expect(related.map(({ files }) => files)).toEqual([["/usr/sbin/served"]]);
	});

	test("are those of one origin for apk", async () => {
		const installed =
			"P:served\nV:1\no:served\nF:usr/sbin\nR:served\n\nP:served-mod\nV:1\no:served\nF:usr/lib\nR:mod.so\n\nP:x\nV:1\nF:bin\nR:x";
		expect(await names(machine({ "/lib/apk/db/installed": installed }), "/usr/lib/mod.so")).toEqual([
			"served-mod /usr/lib /usr/lib/mod.so",
			"served /usr/sbin /usr/sbin/served",
		]);
	});

	test("are those of one base for pacman", async () => {
		const desc = (name: string, base: string) => `%NAME%\n${name}\n\n%VERSION%\n1\n\n%BASE%\n${base}\n`;
		const local = "/var/lib/pacman/local";
		const packages = machine({
			[`${local}/a-1/desc`]: desc("a", "ab"),
			[`${local}/a-1/files`]: "%FILES%\nusr/bin/a\n",
			[`${local}/b-1/desc`]: desc("b", "ab"),
			[`${local}/b-1/files`]: "%FILES%\nusr/bin/b\n",
			[`${local}/c-1/desc`]: desc("c", "c"),
			[`${local}/c-1/files`]: "%FILES%\nusr/bin/c\n",
		});
		expect(await names(packages, "/usr/bin/b")).toEqual(["b /usr/bin/b", "a /usr/bin/a"]);
	});
});
