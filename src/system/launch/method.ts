import { capabilityNamed, launchCapabilities } from "../../core/confinement/capabilities.ts";
import { canSkipReads, type LandlockLimits, type LandlockRuleset, landlockRuleset } from "../../core/confinement/landlock.ts";
import { temporaryDirectories } from "../../core/confinement/launch.ts";
import { chooseMethod, type Features, type Method, refuseWeaker } from "../../core/confinement/method.ts";
import { type Confinement, confineData } from "../../core/confinement/programs/confine.ts";
import { seccompFilter, seccompFilters } from "../../core/confinement/seccomp/compile-filter.ts";
import {
	filterPermissions,
	limitsAbstractSockets,
	limitsPorts,
	sandboxPermissions,
} from "../../core/confinement/seccomp/filter-permissions.ts";
import type { Architecture } from "../../core/confinement/seccomp/syscalls.ts";
import { type Path, parent, pathFromText } from "../../core/path/path.ts";
import { writableBinds } from "../../core/plan/binds.ts";
import type { Identity, Permissions } from "../../core/plan/plan.ts";
import type { CageLayout } from "../../engine/launch-ports.ts";
import { nativeProgram, supportsProcessor } from "../native-program.ts";
import { machineFeatures } from "./features.ts";
import { isRootless } from "./rootless.ts";

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

export const architecture: Architecture = process.arch === "arm64" ? "arm64" : "x64";

/** For a start without root, where an account never has any. */
const withoutCapabilities = { capabilities: [], clearsInherited: true } as const;

/** The program that enters the sandbox and confines what runs there. `granted` are the application's capabilities. */
export function sandboxConfiner(granted: readonly string[]): Buffer {
	const filters = [{ program: seccompFilter(architecture, sandboxPermissions), isLogged: false }];
	const capabilities = [...launchCapabilities, ...granted.flatMap((name) => capabilityNamed(name) ?? [])];
	return program({
		...{ landlock: 0, ruleset: { handled: [], rules: [], scopes: [] }, filters, entersRoot: true },
		...(isRootless() ? withoutCapabilities : { capabilities }),
	});
}

/** The Landlock rules of a cage for its processes. */
export function rulesetOf({ binds, permissions, writable }: CageLayout, identity: Identity, sockets = false): LandlockRuleset {
	const ownsCage = identity.uid === 0 || isRootless();
	return landlockRuleset(
		[
			...[...writable, ...writableBinds(binds), ...directoriesOfFiles(binds), ...temporaryDirectories],
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

interface ConfinerKind extends Required<Pick<Confinement, "hidesLaunch">>, Pick<Confinement, "without"> {
	readonly isTried: boolean;
}

/** `isTried`: production goes on beside this launch, so it only pretends to set the clock. */
export function cageConfiner(
	{ landlock }: Method,
	{ permissions, uids }: Pick<CageLayout, "permissions" | "uids">,
	identity: Identity,
	ruleset: LandlockRuleset,
	{ hidesLaunch, isTried, without = [] }: ConfinerKind,
): Buffer {
	const asRun = filterPermissions(permissions, { ...identity, uids });
	const filters = seccompFilters(architecture, isTried && asRun.clock ? { ...asRun, clock: "pretended" } : asRun);
	const isPowerless = isRootless() && !without.includes("capabilities");
	return program({ landlock, ruleset, filters, without, hidesLaunch, ...(isPowerless ? withoutCapabilities : {}) });
}

function program(confinement: Confinement): Buffer {
	return nativeProgram("confine", confineData(confinement));
}
