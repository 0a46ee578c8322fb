import { describe, expect, test } from "vitest";
import type { FileKind } from "../../src/base/machine/facts.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import type { Manifest, ManifestEntry } from "../../src/cage/manifest.ts";
import type { ObservedFile } from "../../src/check/audit.ts";
import { compareWithManifest, isMadeBySystemd, needsHash, type ObservedState } from "../../src/check/tampering.ts";

const stamp = { device: "1", inode: "2", size: "3", modified: "4", changed: "5" };

function built(path: string, values: Partial<ManifestEntry> = {}): ManifestEntry {
	const place = pathFromText(path);
	return { path: place, kind: "file", mode: 0o755, uid: 0, gid: 0, size: 3, mtime: 0, reasons: [], risks: [], ...values };
}

function seen(path: string, values: Partial<ObservedFile & ObservedState> = {}): ObservedFile & ObservedState {
	return { path: pathFromText(path), kind: "file", mode: 0o755, uid: 0, gid: 0, links: 1, ...values };
}

/** Codes with severity and path. */
function compare(observed: (ObservedFile & ObservedState)[], entries: ManifestEntry[], values: Partial<Manifest> = {}): string[] {
	const manifest = { entries, ...values } as Manifest;
	return compareWithManifest(observed, manifest).map(({ code, path, severity }) => `${severity} ${code} ${path}`);
}

const hashed = (path: string) => built(path, { sha256: "a", mode: 0o644 });
const other = (path: string, mode = 0o644) => seen(path, { sha256: "b", mode });

describe("a file with other content", () => {
	test.each([
		["/usr/lib/libc.so.6", "danger changed /usr/lib/libc.so.6"],
		["/etc/app.conf", "warning configuration-edited /etc/app.conf"],
		["/etc/ld.so.cache", "danger changed /etc/ld.so.cache"],
		["/etc/passwd", "danger changed /etc/passwd"],
		["/etcetera", "danger changed /etcetera"],
	])("is reported: %s", (path, finding) => expect(compare([other(path)], [hashed(path)])).toEqual([finding]));
	test("is not taken for configuration if it is a program, wherever it is", () => {
		const path = "/etc/app/hook";
		expect(compare([other(path, 0o755)], [built(path, { sha256: "a" })])).toEqual([`danger changed ${path}`]);
	});
	test("is not taken for configuration if it is a decoy", () => {
		const decoy = { kind: "generated", reasons: [{ kind: "rule", rule: "decoys", value: "auto" }] } as const;
		expect(compare([other("/etc/shadow")], [{ ...hashed("/etc/shadow"), ...decoy }])).toEqual(["danger changed /etc/shadow"]);
	});
	test("is not reported if it was not read", () => expect(compare([seen("/a", { mode: 0o644 })], [hashed("/a")])).toEqual([]));
});

test("is reported if it became something else or leads elsewhere", () => {
	const target = "b" as Path;
	const link = built("/lib", { kind: "symlink", target: "usr/lib" as Path, mode: 0o777 });
	expect(compare([seen("/lib", { kind: "symlink", target, mode: 0o777 })], [link])).toEqual(["danger changed /lib"]);
	const found = compare([seen("/lib", { kind: "directory" })], [link]);
	expect(found).toEqual(["danger changed /lib", "warning attributes-changed /lib"]);
	const device = built("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } });
	const memory = seen("/dev/null", { kind: "character-device", device: { major: 1, minor: 1 } });
	expect(compare([memory], [device])).toEqual(["danger changed /dev/null"]);
});

test("an added file is a danger if it could be executed or read by the loader", () => {
	const files = ["/etc/more.conf", "/etc/ld.so.preload"].map((path) => seen(path, { mode: 0o644 }));
	const added = [seen("/usr/bin/sh"), seen("/etc/app.d", { kind: "directory" }), ...files];
	expect(compare(added, [])).toEqual([
		"warning added /etc/app.d",
		"danger added /etc/ld.so.preload",
		"warning added /etc/more.conf",
		"danger added /usr/bin/sh",
	]);
});

test("a missing file is reported, except device nodes without root", () => {
	const entries = [built("/a"), built("/dev/null", { kind: "device" })];
	expect(compare([], entries)).toEqual(["warning missing /a", "warning missing /dev/null"]);
	expect(compare([], entries, { owner: { uid: 1000, gid: 1000 } })).toEqual(["warning missing /a"]);
});

test("another mode or owner is reported, except a link's mode", () => {
	expect(compare([seen("/a", { mode: 0o700 })], [built("/a")])).toEqual(["warning attributes-changed /a"]);
	expect(compare([seen("/a", { gid: 5 })], [built("/a")])).toEqual(["warning attributes-changed /a"]);
	const link = { kind: "symlink", target: "b" as Path } as const;
	expect(compare([seen("/a", { ...link, mode: 0o700 })], [built("/a", link)])).toEqual([]);
});

test("a file is read if its stamp differs from the copy's", () => {
	const entry = built("/a", { sha256: "a", copy: stamp });
	expect(needsHash(entry, stamp)).toBe(false);
	for (const key of Object.keys(stamp)) expect(needsHash(entry, { ...stamp, [key]: "9" })).toBe(true);
	expect(needsHash(built("/a", { sha256: "a" }), stamp)).toBe(true);
	expect(needsHash(built("/a", { kind: "directory" }), stamp)).toBe(false);
});

describe("systemd's additions", () => {
	const observed = (path: string, { target, ...more }: { mode?: number; target?: string; uid?: number; kind?: FileKind }) =>
		seen(path, {
			...(target === undefined ? { kind: "directory" } : { kind: "symlink", target: pathFromText(target) }),
			...more,
		});

	test.each([
		observed("/sbin", { target: "usr/sbin" }),
		observed("/lib64", { target: "usr/lib64" }),
		observed("/lib64", { target: "usr/lib/aarch64-linux-gnu" }),
		observed("/root", { mode: 0o750 }),
		observed("/proc", { mode: 0o555 }),
	])("an addition of systemd is recognised: $path", (one) => expect(isMadeBySystemd(one)).toBe(true));

	test.each([
		observed("/sbin", { target: "usr/bin" }),
		observed("/sbin", { target: "/usr/sbin" }),
		observed("/opt", { target: "usr/opt" }),
		observed("/usr/bin", { target: "usr/bin" }),
		observed("/sbin", { target: "usr/sbin", uid: 33 }),
		observed("/root", { mode: 0o777 }),
		observed("/root/kit", {}),
		observed("/proc", { kind: "file" }),
	])("another file is not taken for one: $path $kind", (one) => expect(isMadeBySystemd(one)).toBe(false));
});
