import { type Application, launchEnvironment } from "../application/application.ts";
import type { ManifestEntry } from "../cage/manifest.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { baseName, isWithin, normalise, type Path, pathFromText } from "../path/path.ts";
import { type GroupName, groupOf } from "../plan/groups.ts";
import { placeOf } from "../plan/links.ts";
import { matchPaths } from "../plan/rules.ts";

/** Bytes of a file of settings that are looked at. */
const settingsSize = 64 * 1024;

/**
 * Files of settings with the extensions that they load by name: `LoadModule x modules/mod_x.so`, `extension=x`. An application may start without such an
 * extension and complain of it each time; and where it does not start, nobody has to try.
 */
export function extensionsOf(
	settings: readonly Path[],
	paths: readonly Path[],
	files: Pick<Files, "read">,
): Map<Path, Set<Path>> {
	const named = new Map<string, Path[]>();
	for (const path of paths) {
		if (path.endsWith(".so")) named.set(baseName(path), [...(named.get(baseName(path)) ?? []), path]);
	}
	const found = new Map<Path, Set<Path>>();
	for (const path of settings) {
		const text = named.size ? (files.read(path, settingsSize)?.toString("latin1") ?? "") : "";
		const lines = text.split("\n").filter((line) => !/^\s*[#;]/.test(line));
		const names = lines.flatMap((line) => [
			...(line.match(/[\w.+-]+\.so\b/g) ?? []),
			...(/^\s*(?:zend_)?extension\s*=\s*"?([\w-]+)"?\s*$/
				.exec(line)
				?.slice(1)
				.map((name) => `${name}.so`) ?? []),
		]);
		const wanted = names.flatMap((name) => named.get(name) ?? []);
		if (wanted.length) found.set(path, new Set(wanted));
	}
	return found;
}

/** What each of these files cannot be used without, by real places: its libraries, its loader, the interpreter of a script. */
export function needsOf(paths: readonly Path[], application: Application, files: Files): Map<Path, Set<Path>> {
	const { interpreters, needed } = libraryClosure(paths, files, {
		environment: launchEnvironment(application),
		directory: normalise(pathFromText(application.cwd)),
	});
	const needs = new Map<Path, Set<Path>>();
	// Loaded when a thread ends or is cancelled, and without it the process aborts (pthread_exit(3) of glibc).
	const unwinder = paths.filter((path) => baseName(path) === "libgcc_s.so.1");
	for (const path of paths) if (baseName(path) === "libc.so.6") needs.set(path, new Set(unwinder));
	for (const [wanted, by] of [...needed, ...interpreters]) {
		const real = placeOf(wanted, files);
		for (const one of by) {
			const place = placeOf(one, files);
			needs.set(place, (needs.get(place) ?? new Set<Path>()).add(real));
		}
	}
	return needs;
}

/** Why something is not even tried to be left out. Of the first no one can be given up, of the others each. */
const firmPins = ["program", "needed", "accounts", "rule", "edited", "kept"] as const;
/**
 * What a probe does not notice, and whoever runs the service would: the code that an interpreter loads when it is first needed, the local time and the
 * language of what is logged, names that are looked up, certificates beside a private key, configuration that no package brought.
 */
export const softPins = ["interpreter", "time-zone", "locale", "name-service", "tls", "configuration"] as const;

type SoftPin = (typeof softPins)[number];
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
