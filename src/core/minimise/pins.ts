import type { Application } from "../application/application.ts";
import type { ManifestEntry } from "../cage/manifest.ts";
import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { type GroupName, groupOf } from "../plan/groups.ts";
import { matchPaths } from "../plan/rules.ts";

/** Why something is not even tried to be left out. Of the first no one can be given up, of the others each. */
export const firmPins = ["program", "needed", "accounts", "rule", "edited", "kept"] as const;
/**
 * What a probe does not notice, and whoever runs the service would: the code that an interpreter loads when it is first needed, the local time and the
 * language of what is logged, names that are looked up, certificates beside a private key, configuration that no package brought.
 */
export const softPins = ["interpreter", "time-zone", "locale", "name-service", "tls", "configuration"] as const;

export type SoftPin = (typeof softPins)[number];
export type PinKind = (typeof firmPins)[number] | SoftPin;

export interface PinRules {
	/** Globs, and groups of the plan, that stay. */
	readonly keep: readonly string[];
	readonly keepKinds: readonly GroupName[];
	/** Pins that are lifted. */
	readonly giveUp: readonly SoftPin[];
}

/** What of a cage tells how the application uses it. */
export interface PinFacts {
	readonly entries: readonly ManifestEntry[];
	readonly application: Application;
	/** The real place of the program that is started. */
	readonly program: Path | undefined;
	/** What was edited in the cage. */
	readonly edited: ReadonlySet<Path>;
}

/** The safeguard asks for both, whether or not they are read. */
const accountFiles: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group"]);
const nameFiles = /^\/etc\/(nsswitch\.conf|resolv\.conf|hosts|host\.conf|gai\.conf|services|protocols|networks)$|\/libnss_[^/]+$/;
/** A zone without which libc says the same: UTC is what it takes where it finds none (tzset(3)). */
const plainZone = /\/(Etc\/)?(UTC|UCT|Universal|Zulu)$/;
const tlsFiles = /^\/etc\/(ssl|pki|ca-certificates)\/|\.(pem|crt|cer|key)$/;
const etc = pathFromText("/etc");

/** A test of files: the pin that holds one, or undefined where it may be tried without. */
export function pinsOf(facts: PinFacts, { giveUp, keep, keepKinds }: PinRules): (entry: ManifestEntry) => PinKind | undefined {
	const { application, edited, entries, program } = facts;
	const isKept = matchPaths(keep);
	const isAsked = ({ path }: ManifestEntry) => path === "/etc/resolv.conf" || path === "/etc/hosts";
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
			group === "configuration" && entry.kind === "file" && isWithin(entry.path, etc) && (!hasPackages || !entry.package),
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

/** The zone that the environment names, or else the machine's; not each of the hundreds that some read at their start. */
function zoneOf({ env }: Application, entries: readonly ManifestEntry[]): string | undefined {
	const named = env.TZ?.replace(/^:/, "");
	return named ?? entries.find((entry) => entry.path === "/etc/localtime")?.target?.replace(/^.*\/zoneinfo\//, "");
}
