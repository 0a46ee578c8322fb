import * as v from "valibot";
import { isId } from "../machine/passwd.ts";
import { type Path, type PathJson, pathFromJson } from "../path/path.ts";
import { isPathJson } from "../path/path-schema.ts";
import { ruleNames } from "../questions/rules.ts";
import type { Stamp } from "./manifest.ts";

/**
 * A manifest as it is read back from disk. The file belongs to root alone, so this is no border to an enemy; it finds a file that
 * was cut, edited by hand or written by another version before anything is built or removed by it.
 */

// What each of thousands of entries has is told by one function: a schema within a schema for each number takes twice as long (measured).

const whole = v.custom<number>(isWhole, "no whole number");
/** setpriv(1) takes larger numbers modulo 2^32: 4294967296 is root. */
const id = v.custom<number>(isId, "no number of an account");
const bits = v.custom<number>((value) => isWhole(value) && value <= 0o7777, "no bits of a mode");

function isWhole(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0;
}

const sha256 = v.custom<string>((value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value), "no SHA-256");

/** Link targets may be relative. */
const anyPath = v.pipe(v.custom<PathJson>(isPathJson, "no path"), v.transform(pathFromJson));
const path = v.pipe(v.custom<PathJson>(isPathJson, "no path"), v.transform(pathFromJson), v.check(isPlace, "no absolute path"));

function isPlace(value: Path): boolean {
	return value.startsWith("/") && !/\/\.\.(\/|$)|\0/.test(value);
}

const rule = v.picklist(ruleNames);
const reasons = {
	traced: v.object({ kind: v.literal("traced"), calls: v.array(v.string()), program: v.exactOptional(path) }),
	"needed-by": v.object({ kind: v.literal("needed-by"), by: path }),
	"interpreter-of": v.object({ kind: v.literal("interpreter-of"), by: path }),
	"link-to": v.object({ kind: v.literal("link-to"), target: anyPath }),
	"part-of": v.object({ kind: v.literal("part-of"), tree: path }),
	"parent-of": v.object({ kind: v.literal("parent-of"), child: path }),
	rule: v.object({ kind: v.literal("rule"), rule, value: v.string() }),
	shared: v.object({ kind: v.literal("shared"), what: v.picklist(["data", "certificates", "socket"]), example: path }),
	account: v.object({ kind: v.literal("account") }),
	"loader-cache": v.object({ kind: v.literal("loader-cache") }),
	launcher: v.object({ kind: v.literal("launcher") }),
	"service-directory": v.object({ kind: v.literal("service-directory") }),
	edited: v.object({ kind: v.literal("edited") }),
	trial: v.object({ kind: v.literal("trial"), round: whole, call: v.string() }),
};
/** By its kind at once: a variant tries one after the other. */
const reason = v.lazy((input) => (isReason(input) ? reasons[input.kind] : noReason));
const noReason: v.GenericSchema<never> = v.never("no reason");

function isReason(input: unknown): input is { kind: keyof typeof reasons } {
	return typeof input === "object" && input !== null && "kind" in input && Object.hasOwn(reasons, String(input.kind));
}

const stampKeys = ["device", "inode", "size", "modified", "changed"] as const;
const stamp = v.custom<Stamp>(
	(value) => typeof value === "object" && value !== null && stampKeys.every((key) => isDecimal((value as Stamp)[key])),
	"no stamp of a file",
);

function isDecimal(value: unknown): boolean {
	return typeof value === "string" && /^-?\d+$/.test(value);
}

const entry = v.object({
	path,
	kind: v.picklist(["file", "directory", "symlink", "device", "socket", "bind", "generated"]),
	mode: bits,
	uid: id,
	gid: id,
	size: whole,
	mtime: v.number(),
	sha256: v.exactOptional(sha256),
	target: v.exactOptional(anyPath),
	device: v.exactOptional(v.object({ type: v.picklist(["c", "b"]), major: whole, minor: whole })),
	content: v.exactOptional(v.string()),
	origin: v.exactOptional(path),
	source: v.exactOptional(stamp),
	copy: v.exactOptional(stamp),
	marks: v.exactOptional(v.array(v.picklist(["elf", "script", "secret", "keystore", "opaque"]))),
	edited: v.exactOptional(v.string()),
	reasons: v.array(reason),
	risks: v.array(v.picklist(["secret", "setuid", "device", "world-writable", "state", "refused-device", "large", "home"])),
	package: v.exactOptional(v.object({ name: v.string(), version: v.string() })),
});

const writable = v.object({
	path,
	mode: bits,
	uid: id,
	gid: id,
	reasons: v.array(reason),
	seeds: v.array(v.object({ path, bytes: whole })),
});

const user = v.object({ name: v.string(), uid: id, gid: id, home: v.string(), reason: v.string() });
const group = v.object({ name: v.string(), gid: id, members: v.array(v.string()), reason: v.string() });

export const manifestSchema = v.object({
	schema: v.literal("cagewright/manifest/1"),
	generation: v.pipe(whole, v.minValue(1)),
	name: v.string(),
	command: v.array(v.string()),
	madeAt: v.pipe(v.string(), v.isoTimestamp()),
	marksBy: v.exactOptional(v.string()),
	owner: v.exactOptional(v.object({ uid: id, gid: id })),
	entries: v.array(entry),
	writable: v.array(writable),
	binds: v.array(v.object({ path: v.string(), access: v.picklist(["ro", "rw"]) })),
	accounts: v.object({
		users: v.array(user),
		groups: v.array(group),
		usersLeftOut: whole,
		groupsLeftOut: whole,
		nameless: v.exactOptional(v.array(id)),
	}),
	openings: v.object({
		capabilities: v.array(v.object({ name: v.string(), why: v.string(), idle: v.exactOptional(v.literal(true)) })),
		proc: v.exactOptional(v.string()),
		kernelProc: v.exactOptional(v.string()),
		sys: v.exactOptional(v.string()),
		unixSockets: v.exactOptional(v.string()),
		netlink: v.exactOptional(v.string()),
		multicast: v.exactOptional(v.string()),
		scheduling: v.exactOptional(v.string()),
		syslog: v.exactOptional(path),
		memfd: v.exactOptional(v.string()),
		writableCode: v.exactOptional(v.string()),
		executableData: v.exactOptional(v.array(path)),
		refused: v.exactOptional(v.array(v.object({ name: v.string(), why: v.string() }))),
	}),
	identity: v.object({ name: v.string(), uid: id, gid: id, groups: v.array(id), home: v.string() }),
});
