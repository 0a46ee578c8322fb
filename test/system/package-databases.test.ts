import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import type { Files } from "../../src/base/machine/facts.ts";
import type { Path } from "../../src/base/path/path.ts";
import { databases, rpmDatabase } from "../../src/service/host/databases.ts";
import { systemPackages } from "../../src/service/host/packages.ts";
import type { Packages } from "../../src/service/ports.ts";
import { temporaryFolder } from "./cagewright.ts";

/** Databases written by the package managers themselves, each below a folder that represents a machine's root. */
const folder = temporaryFolder("packages");

/** A machine whose root is this folder. Its links resolve within the folder. */
function machineIn(root: string): Pick<Files, "status" | "list" | "read" | "readLink" | "resolve"> {
	const files = systemFiles();
	const inside = (path: Path) => `${root}${path}` as Path;
	return {
		status: (path) => files.status(inside(path)),
		list: (path) => files.list(inside(path)),
		read: (path, limit) => files.read(inside(path), limit),
		readLink: (path) => files.readLink(inside(path)),
		resolve: (path) => files.resolve(inside(path))?.slice(root.length) as Path | undefined,
	};
}

async function ownersOf(packages: Packages, ...paths: string[]): Promise<Record<string, string>> {
	const owners = await packages.owners(paths as Path[]);
	return Object.fromEntries([...owners].map(([path, { name, version }]) => [path, `${name} ${version}`]));
}

function run(program: string, args: readonly string[], cwd: string): string {
	return execFileSync(program, args, {
		cwd,
		encoding: "latin1",
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, LC_ALL: "C" },
	});
}

function put(path: string, content = ""): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(Buffer.from(path, "latin1"), content, "latin1");
}

describe("dpkg", () => {
	let root: string;
	const install = (name: string, version: string, files: readonly string[]) => {
		for (const file of files) put(`${folder}/${name}${file}`);
		put(
			`${folder}/${name}/DEBIAN/control`,
			`Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n`,
		);
		run("dpkg-deb", ["--build", "--root-owner-group", name, `${name}.deb`], folder);
		run("dpkg", [`--root=${root}`, "--log=/dev/null", "--force-not-root", "-i", `${folder}/${name}.deb`], folder);
	};
	beforeAll(() => {
		root = `${folder}/debian`;
		for (const name of ["updates", "info", "triggers"]) mkdirSync(`${root}/var/lib/dpkg/${name}`, { recursive: true });
		for (const name of ["status", "available"]) put(`${root}/var/lib/dpkg/${name}`);
		mkdirSync(`${root}/usr/lib`, { recursive: true });
		symlinkSync("usr/lib", `${root}/lib`);
		install("old", "1:2-3", ["/lib/one.so", "/usr/lib/two.so", "/usr/share/doc/help"]);
		run(
			"dpkg-divert",
			["--root", root, "--package", "new", "--rename", "--divert", "/usr/share/doc/help.old", "/usr/share/doc/help"],
			folder,
		);
		install("new", "4~rc1", ["/usr/share/doc/help", "/usr/bin/new"]);
		const alternative = ["--install", "/usr/bin/any", "any", "/usr/bin/new", "1"];
		run("update-alternatives", ["--quiet", "--root", root, "--log", "/dev/null", ...alternative], folder);
	});

	test("handles a merged /usr, a diversion and an alternative", async () => {
		const packages = systemPackages(machineIn(root));
		expect(
			await ownersOf(
				packages,
				"/lib/one.so",
				"/usr/lib/one.so",
				"/lib/two.so",
				"/usr/lib/two.so",
				"/usr/share/doc/help",
				"/usr/share/doc/help.old",
				"/usr/bin/any",
				"/etc/alternatives/any",
				"/usr/bin/new",
			),
		).toEqual({
			"/lib/one.so": "old 1:2-3",
			"/usr/lib/one.so": "old 1:2-3",
			"/lib/two.so": "old 1:2-3",
			"/usr/lib/two.so": "old 1:2-3",
			"/usr/share/doc/help": "new 4~rc1",
			"/usr/share/doc/help.old": "old 1:2-3",
			// No package owns these links: update-alternatives created them. Their targets are separate entries.
			"/usr/bin/new": "new 4~rc1",
		});
	});
});

describe("rpm", () => {
	beforeAll(() => {
		const build = (name: string, version: string, files: readonly string[]) => {
			const list = files.map((file) => `"${file}"`).join("\n");
			for (const file of files) put(`${folder}/${name}${file}`);
			const made = `cp -r ${folder}/${name}/. %{buildroot}`;
			put(
				`${folder}/${name}.spec`,
				`Name: ${name}\n${version}\nRelease: 3\nSummary: s\nLicense: l\nBuildArch: noarch\nAutoReqProv: no\n` +
					`%description\nd\n%install\n${made}\n%files\n${list}\n`,
			);
			const defines = [`_topdir ${folder}/rpm`, "_invalid_encoding_terminates_build 0", "__os_install_post %{nil}"];
			run("rpmbuild", ["-bb", "--quiet", ...defines.flatMap((define) => ["--define", define]), `${name}.spec`], folder);
		};
		build("one", "Epoch: 2\nVersion: 1.0", ["/opt/one", "/opt/same", "/usr/lib64/one.so", "/opt/n\xe9me"]);
		const many = Array.from({ length: 5000 }, (_, at) => `/usr/share/many/with-a-name-of-some-length-${at}`);
		build("many", "Version: 1", many);
		build("two", "Version: 5~rc1", ["/opt/two words", "/opt/same"]);
		mkdirSync(`${folder}/database`);
		run("sh", ["-c", `rpm --dbpath ${folder}/database -i --justdb --nodeps --nosignature --force rpm/RPMS/noarch/*.rpm`], folder);
	});

	test("handles an epoch, names with blanks and bytes, a file of two packages, and long output", async () => {
		mkdirSync(`${folder}/redhat/usr/lib64`, { recursive: true });
		symlinkSync("usr/lib64", `${folder}/redhat/lib64`);
		mkdirSync(`${folder}/redhat/var/lib/rpm`, { recursive: true });
		// dpkg was installed there once.
		put(`${folder}/redhat/var/lib/dpkg/status`);
		const packages = systemPackages(machineIn(`${folder}/redhat`), [
			...databases.slice(0, -1),
			rpmDatabase(["--dbpath", `${folder}/database`]),
		]);
		const many = [0, 2500, 4999].map((at) => `/usr/share/many/with-a-name-of-some-length-${at}`);
		const asked = ["/opt/one", "/opt/n\xe9me", "/opt/two words", "/opt/same", "/lib64/one.so", "/opt/none"];
		expect(await ownersOf(packages, ...asked, ...many)).toEqual({
			"/opt/one": "one 2:1.0-3",
			"/opt/n\xe9me": "one 2:1.0-3",
			"/opt/two words": "two 5~rc1-3",
			"/lib64/one.so": "one 2:1.0-3",
			...Object.fromEntries(many.map((path) => [path, "many 1-3"])),
		});
	});
});

test("pacman's packages are read with their epoch", async () => {
	const root = `${folder}/arch`;
	for (const name of ["usr/lib/one.so", "etc/n\xe9me"]) put(`${folder}/arch-one/${name}`);
	put(`${folder}/arch-one/.PKGINFO`, "pkgname = one\npkgver = 1:2.0-3\narch = any\nsize = 1\n");
	run("tar", ["-C", "arch-one", "-cf", "one.pkg.tar", ".PKGINFO", "usr", "etc"], folder);
	put(`${folder}/pacman.conf`, "[options]\nSigLevel = Never\n");
	mkdirSync(`${root}/var/lib/pacman`, { recursive: true });
	const options = ["--config", "pacman.conf", "--root", root, "--dbpath", `${root}/var/lib/pacman`, "--logfile", "/dev/null"];
	run("pacman", [...options, "--noconfirm", "--dbonly", "-U", "one.pkg.tar"], folder);
	mkdirSync(`${root}/usr/lib`, { recursive: true });
	symlinkSync("usr/lib", `${root}/lib`);
	const asked = ["/lib/one.so", "/usr/lib/one.so", "/etc/n\xe9me", "/etc", "/etc/none"];
	expect(await ownersOf(systemPackages(machineIn(root)), ...asked)).toEqual({
		"/lib/one.so": "one 1:2.0-3",
		"/usr/lib/one.so": "one 1:2.0-3",
		"/etc/n\xe9me": "one 1:2.0-3",
		"/etc": "one 1:2.0-3",
	});
});
