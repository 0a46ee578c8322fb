import { nativeProgram, supportsProcessor } from "../../base/host/release.ts";
import { isRootless } from "../../base/host/rootless.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { type Path, parent, pathFromText } from "../../base/path/path.ts";
import { capabilityNamed, launchCapabilities } from "../../confine/capabilities.ts";
import { type Confinement, confineData } from "../../confine/confiner.ts";
import { canSkipReads, type LandlockLimits, type LandlockRuleset, landlockRuleset } from "../../confine/landlock.ts";
import { chooseMethod, type Features, type Method, refuseWeaker } from "../../confine/method.ts";
import type { Permissions } from "../../confine/permissions.ts";
import { temporaryDirectories } from "../../confine/places.ts";
import { seccompFilter, seccompFilters } from "../../confine/seccomp/compile-filter.ts";
import {
	filterPermissions,
	limitsAbstractSockets,
	limitsPorts,
	sandboxPermissions,
} from "../../confine/seccomp/filter-permissions.ts";
import type { Architecture } from "../../confine/seccomp/syscalls.ts";
import { writableBinds } from "../../plan/binds.ts";
import type { CageLayout } from "../ports.ts";
import { machineFeatures } from "./features.ts";

export interface LaunchOptions {
	/** Refuses anything less than every layer. */
	readonly full?: boolean;
	/** Overrides the machine's features. */
	readonly features?: Features;
}

/** Throws `no-launcher`, or `not-full-…` if a layer is missing and `full` is set (both exit 3). */
export function methodFor(state: string, { features = machineFeatures(state), full }: LaunchOptions): Method {
	const method = chooseMethod(features);
	refuseWeaker(method.weaker, full);
	return method;
}

const architecture: Architecture = process.arch === "arm64" ? "arm64" : "x64";

/** For a start without root, where an account never has any. */
const withoutCapabilities = { capabilities: [], clearsInherited: true } as const;

/** The program that enters the sandbox and confines what runs there. `granted` are the application's capabilities. */
export function sandboxConfiner(granted: readonly string[]): Buffer {
	const filters = [{ program: seccompFilter(architecture, sandboxPermissions), isLogged: false }];
	return program({
		landlock: 0,
		ruleset: { handled: [], rules: [], scopes: [] },
		filters,
		entersRoot: true,
		...limitedTo(granted),
	});
}

/** The init and the program that gives the application its account have no others than these and the application's. */
function limitedTo(granted: readonly string[]): Pick<Confinement, "capabilities" | "clearsInherited"> {
	if (isRootless()) return withoutCapabilities;
	return { capabilities: [...launchCapabilities, ...granted.flatMap((name) => capabilityNamed(name) ?? [])] };
}

/** The Landlock rules of a cage for its processes. */
export function rulesetOf({ binds, permissions, writable }: CageLayout, identity: Identity, sockets = false): LandlockRuleset {
	const ownsCage = identity.uid === 0 || isRootless();
	return landlockRuleset(
		[
			...writable,
			...writableBinds(binds),
			...directoriesOfFiles(binds),
			...temporaryDirectories,
			...(permissions.ownProcess === undefined ? [] : [pathFromText("/proc")]),
			pathFromText("/dev/shm"),
		],
		canSkipReads({ binds, permissions, ownsCage, sockets }),
		limitsOf(permissions),
	);
}

/** The read-only mount protects everything else in the directory of a mounted file; a rule covers a directory only. */
function directoriesOfFiles(binds: CageLayout["binds"]): Path[] {
	return binds.flatMap(({ created, path }) => (created?.isFile ? [parent(pathFromText(path))] : []));
}

/** Cages of older versions have neither limit, because their traces did not show what their applications need. */
function limitsOf(permissions: Permissions): LandlockLimits {
	return {
		abstractSockets: !limitsAbstractSockets(permissions),
		...(limitsPorts(permissions) ? { ports: permissions.tcpPorts ?? [] } : {}),
	};
}

/** The first program of a cage's unit, with rules for the running kernel. */
export function unitConfiner(
	cage: CageLayout,
	identity: Identity,
	{ hasSockets, startsSession }: { readonly hasSockets: boolean; readonly startsSession: boolean },
): Buffer | undefined {
	const filters = seccompFilters(architecture, filterPermissions(cage.permissions, { ...identity, uids: cage.uids }));
	const ruleset = rulesetOf(cage, identity, hasSockets);
	const { landlock } = machineFeatures();
	return supportsProcessor() ? program({ landlock, ruleset, filters, outlives: true, startsSession }) : undefined;
}

/** The first program of an image. An engine may mount further files, so Landlock judges reading too. */
export function imageConfiner(cage: CageLayout, identity: Identity): Buffer {
	const filters = seccompFilters(architecture, filterPermissions(cage.permissions, { ...identity, uids: cage.uids }));
	return program({ landlock: "any", ruleset: rulesetOf(cage, identity, true), filters, outlives: true });
}

interface ConfinerKind extends Required<Pick<Confinement, "hidesLaunch" | "landlock" | "ruleset">>, Pick<Confinement, "without"> {
	readonly isTried: boolean;
}

/** `isTried`: production goes on beside this launch, so it only pretends to set the clock. */
export function cageConfiner(
	{ permissions, uids }: Pick<CageLayout, "permissions" | "uids">,
	identity: Identity,
	{ hidesLaunch, isTried, landlock, ruleset, without = [] }: ConfinerKind,
): Buffer {
	const asRun = filterPermissions(permissions, { ...identity, uids });
	const filters = seccompFilters(architecture, isTried && asRun.clock ? { ...asRun, clock: "pretended" } : asRun);
	const limits = without.includes("capabilities") ? {} : limitedTo(permissions.capabilities.map(({ name }) => name));
	return program({ landlock, ruleset, filters, without, hidesLaunch, ...limits });
}

function program(confinement: Confinement): Buffer {
	return nativeProgram("confine", confineData(confinement));
}
