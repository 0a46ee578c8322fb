import { padded, words } from "../base/native-program.ts";
import { pathFromText, pathToBytes, root } from "../base/path/path.ts";
import { type Capability, capabilityWords } from "./capabilities.ts";
import {
	bindMask,
	type LandlockRule,
	type LandlockRuleset,
	landlockMask,
	landlockSince,
	newestLandlock,
	scopeMask,
} from "./landlock.ts";
import type { Layer } from "./method.ts";

export const confineName = "cagewright-conf";

export interface Confinement {
	/**
	 * Version of the kernel's Landlock interface; 0 without Landlock. `any`: the program asks the kernel that it runs on, and
	 * continues with a warning if that has no Landlock.
	 */
	readonly landlock: number | "any";
	readonly ruleset: LandlockRuleset;
	readonly filters: readonly Filter[];
	/** Parts to leave out, to see whether the self-test notices. */
	readonly without?: readonly Layer[];
	/**
	 * Its starter is systemd's helper or a container engine, and exits before it; otherwise it exits with its starter. Streams that are
	 * the host's /dev/null are replaced by the cage's, because uid 0 can change a file's mode and owner through any descriptor.
	 */
	readonly outlives?: boolean;
	/**
	 * Begins an audit session, as `ownSession` of launch-script.ts does, unless somebody set the login uid before. The unit passes
	 * the host's /proc as standard input, because most cages have none; it is replaced by the cage's /dev/null.
	 */
	readonly startsSession?: boolean;
	/**
	 * First makes the working directory, a mount point, the root and unmounts the old one. No program of the new root may do
	 * that, because a traced application may have replaced it.
	 */
	readonly entersRoot?: boolean;
	/**
	 * Limits the capabilities of all later programs; by default none are dropped here.
	 */
	readonly capabilities?: readonly Capability[];
	/** Without root: also leaves nothing that the account would keep. */
	readonly clearsInherited?: boolean;
	/** Unmounts `.launch`, so that the application finds nothing there. Later programs of the launch are executed by relative paths. */
	readonly hidesLaunch?: boolean;
}

export interface Filter {
	/** `struct sock_filter[]`. */
	readonly program: Uint8Array;
	/** The kernel records what it refuses (audit record 1326). */
	readonly isLogged: boolean;
}

/** Returns `struct confinement` of native/confine.c and what is behind it. */
export function confineData(confinement: Confinement): Buffer {
	const { capabilities, clearsInherited, entersRoot, hidesLaunch, landlock, outlives = false, startsSession } = confinement;
	const { without = [] } = confinement;
	const ruleset = hidesLaunch ? withLaunch(confinement.ruleset) : confinement.ruleset;
	const versions = landlock === "any" ? Array.from({ length: newestLandlock }, (_, index) => index + 1) : [landlock];
	const rulesets = without.includes("landlock") ? [] : versions.filter((version) => version > 0);
	const filters = without.includes("seccomp") ? [] : confinement.filters;
	const ports = ruleset.ports ?? [];
	return Buffer.concat([
		words(entersRoot, startsSession, outlives, hidesLaunch),
		words(capabilities !== undefined, clearsInherited, !outlives, !without.includes("no-new-privs")),
		words(...capabilityWords(capabilities ?? []), rulesets.length, landlock === "any"),
		words(ruleset.rules.length, ports.length, filters.length, 0),
		...rulesets.map((version) => rulesetBytes(version, ruleset)),
		...ruleset.rules.map(ruleBytes),
		...ports.map((port) => words(port, 0)),
		...filters.map(({ isLogged, program }) => Buffer.concat([words(isLogged, program.length / 8), program])),
	]);
}

/** No path leads to the working directory any more, so it needs its own rule with the root's rights. */
function withLaunch(ruleset: LandlockRuleset): LandlockRuleset {
	const rights = ruleset.rules.find(({ path }) => path === root)?.rights ?? [];
	return { ...ruleset, rules: [...ruleset.rules, { path: pathFromText("."), rights }] };
}

function rulesetBytes(version: number, { handled, ports, scopes }: LandlockRuleset): Buffer {
	const masks = [landlockMask(version, handled), ports ? bindMask(version) : 0, scopeMask(version, scopes)];
	const flags = version >= landlockSince.records ? 2 : 0; // LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON
	return words(...[...masks, flags].flatMap((low) => [low, 0]));
}

function ruleBytes({ path, rights }: LandlockRule): Buffer {
	const name = pathToBytes(path);
	const size = 12;
	const bytes = padded(Buffer.concat([Buffer.alloc(size), name, Buffer.alloc(1)]), 8);
	bytes.set(words(landlockMask(newestLandlock, rights), 0, bytes.length));
	return bytes;
}
