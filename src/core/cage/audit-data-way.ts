import type { FileKind } from "../machine/facts.ts";
import type { WayPart } from "../machine/way.ts";
import type { Path } from "../path/path.ts";
import type { Finding, FindingCode } from "./finding.ts";

/** The way from a cage's data folder to the state of one writable directory, both included, as far as it leads through directories. */
export interface DataWay {
	/** `like`: what a part must be no more open than; absent where that is unknown. */
	readonly seen: readonly (WayPart & { readonly like?: Pick<WayPart, "mode" | "uid"> })[];
	/** The first part that is missing. */
	readonly absent?: Path;
}

const groupOrWorldWrite = 0o022;

/**
 * A mount follows links, so whoever can put one on the way to the state chooses what is mounted over the writable directory, read-write. The application reaches only
 * what is below the state itself: a part above it that is no directory, or that others may write, is not as the build made it. The build gives these directories the owner
 * and mode that the host's have, which nobody but root gets at in the state folder. `isPresent`: another generation's state is put in its own place when that becomes the
 * present one, and an imported cage may come without any, so until then only links count.
 */
export function auditDataWays(ways: readonly DataWay[], owner: number, isPresent: boolean): Finding[] {
	const findings = new Map<string, Finding>();
	const find = (code: FindingCode, path: Path, values: Finding["values"]) =>
		findings.set(`${code} ${path}`, { code, path, severity: "danger", values });
	for (const { absent, seen } of ways) {
		const isLast = (index: number) => absent === undefined && index === seen.length - 1;
		for (const [index, { kind, like, mode, path, uid }] of seen.entries()) {
			if (kind !== "directory") find("data-way-not-directory", path, { kind });
			else if (isPresent && !isLast(index) && like) {
				const isTrusted = (one: number) => one === 0 || one === owner;
				if (!isTrusted(uid) && isTrusted(like.uid)) find("data-way-foreign-owner", path, { uid });
				if (mode & groupOrWorldWrite & ~like.mode) find("data-way-writable", path, { mode: `0${mode.toString(8)}` });
			}
		}
		if (absent !== undefined && isPresent)
			find("data-way-not-directory", absent, { kind: "absent" satisfies FileKind | "absent" });
	}
	return [...findings.values()];
}

/** True where the state is a directory and every part of the way to it is. */
export function leadsThroughDirectories({ absent, seen }: DataWay): boolean {
	return absent === undefined && seen.every(({ kind }) => kind === "directory");
}
