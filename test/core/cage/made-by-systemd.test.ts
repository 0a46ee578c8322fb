import { expect, test } from "vitest";
import type { ObservedFile } from "../../../src/core/cage/audit.ts";
import { isMadeBySystemd } from "../../../src/core/cage/tampering.ts";
import { pathFromText } from "../../../src/core/path/path.ts";

const observed = (
	path: string,
	more: { mode?: number; target?: string; uid?: number; kind?: ObservedFile["kind"] },
): ObservedFile => ({
	path: pathFromText(path),
	kind: more.kind ?? (more.target === undefined ? "directory" : "symlink"),
	mode: more.mode ?? 0o755,
	uid: more.uid ?? 0,
	gid: 0,
	links: 1,
	...(more.target === undefined ? {} : { target: pathFromText(more.target) }),
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
