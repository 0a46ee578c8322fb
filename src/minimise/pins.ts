import { etc, isWithin, type Path } from "../base/path/path.ts";
import type { ManifestEntry } from "../cage/manifest.ts";
import { type GroupName, groupOf } from "../plan/groups.ts";
import { matchPaths } from "../plan/rules.ts";
import type { Application } from "../service/application.ts";
import { type PinKind, type SoftPin, softPins } from "./pin-kinds.ts";

export interface PinRules {
	/** Globs, and groups of the plan, that are kept. */
	readonly keep: readonly string[];
	readonly keepKinds: readonly GroupName[];
	/** Lifted pins. */
	readonly giveUp: readonly SoftPin[];
}

/** Facts about a cage that show how the application uses its files. */
export interface PinFacts {
	readonly entries: readonly ManifestEntry[];
	readonly application: Application;
	/** The real path of the program that is started. */
	readonly program: Path | undefined;
	/** Files that were edited in the cage. */
	readonly edited: ReadonlySet<Path>;
}

/** The safeguard requires both, even if the application does not read them. */
const accountFiles: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group"]);
const nameFiles = /^\/etc\/(nsswitch\.conf|resolv\.conf|hosts|host\.conf|gai\.conf|services|protocols|networks)$|\/libnss_[^/]+$/;
/** UTC: libc uses it if it finds no time zone (tzset(3)). */
const plainZone = /\/(Etc\/)?(UTC|UCT|Universal|Zulu)$/;
const tlsFiles = /^\/etc\/(ssl|pki|ca-certificates)\/|\.(pem|crt|cer|key)$/;

/** Returns a function that returns a file's pin, or undefined if trials may leave it out. */
export function pinsOf(facts: PinFacts, { giveUp, keep, keepKinds }: PinRules): (entry: ManifestEntry) => PinKind | undefined {
	const { application, edited, entries, program } = facts;
	const isKept = matchPaths(keep);
	const isAsked = ({ path, reasons }: ManifestEntry) =>
		(path === "/etc/resolv.conf" || path === "/etc/hosts") && reasons[0]?.kind !== "may-use";
	// A program can resolve names, and no run did.
	const isUnaskedNameFile = ({ path, reasons }: ManifestEntry) => reasons[0]?.kind === "may-use" && nameFiles.test(path);
	const looksUpNames = entries.some(isAsked);
	const hasKey = entries.some(({ risks }) => risks.includes("secret"));
	const hasPackages = entries.some((entry) => entry.package);
	const zone = zoneOf(application, entries);
	const speaks = Object.entries(application.env).some(
		([name, value]) => /^(LANG|LANGUAGE|LC_.*)$/.test(name) && !/^(C|POSIX|)$/.test(value),
	);
	const soft: Readonly<Record<SoftPin, (entry: ManifestEntry, group: GroupName) => boolean>> = {
		interpreter: ({ reasons }) => reasons.some(({ kind }) => kind === "part-of"),
		"time-zone": ({ path }, group) =>
			group === "time-zones" && zone !== undefined && path.endsWith(`/zoneinfo/${zone}`) && !plainZone.test(path),
		locale: (_, group) => group === "locale" && speaks,
		"name-service": ({ path }) => looksUpNames && nameFiles.test(path),
		tls: ({ path }, group) => hasKey && (group === "certificates" || tlsFiles.test(path)),
		configuration: (entry, group) =>
			group === "configuration" &&
			entry.kind === "file" &&
			isWithin(entry.path, etc) &&
			(!hasPackages || !entry.package) &&
			!isUnaskedNameFile(entry),
	};
	const held = softPins.filter((kind) => !giveUp.includes(kind));
	return (entry) => {
		const group = groupOf({ ...entry, decision: "include" });
		if (entry.path === program) return "program";
		if (accountFiles.has(entry.path)) return "accounts";
		if (entry.reasons.some(({ kind }) => kind === "rule") || entry.risks.includes("secret")) return "rule";
		if (entry.edited !== undefined || edited.has(entry.path)) return "edited";
		if (keepKinds.includes(group) || isKept(entry.path) !== undefined) return "kept";
		return held.find((kind) => soft[kind](entry, group));
	};
}

/** Returns the environment's time zone or else the machine's. Some programs read hundreds of zones when they start. */
function zoneOf({ env }: Application, entries: readonly ManifestEntry[]): string | undefined {
	const named = env.TZ?.replace(/^:/, "");
	return named ?? entries.find((entry) => entry.path === "/etc/localtime")?.target?.replace(/^.*\/zoneinfo\//, "");
}
