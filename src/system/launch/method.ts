import { capabilityNamed, launchCapabilities } from "../../core/confinement/capabilities.ts";
import { confineExecutable, confineName } from "../../core/confinement/confine.ts";
import { filterPermissions, sandboxPermissions } from "../../core/confinement/filter-permissions.ts";
import { type LandlockRuleset, landlockRuleset, readsMayPass } from "../../core/confinement/landlock.ts";
import { temporaryDirectories } from "../../core/confinement/launch.ts";
import { chooseMethod, type Features, type Method, refuseWeaker } from "../../core/confinement/method.ts";
import { seccompFilter } from "../../core/confinement/seccomp.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import type { Identity, Permissions } from "../../core/plan/plan.ts";
import type { CageLayout } from "../../engine/launch-ports.ts";
import { machineFeatures } from "./features.ts";
import { isRootless } from "./rootless.ts";

export interface Launching {
	/** Refuses anything less than every layer. */
	readonly full?: boolean;
	/** Overrides the machine's features. */
	readonly features?: Features;
}

/** Throws `no-launcher`, or `not-full-…` if a layer is missing and `full` is set (both exit 3). */
export function methodFor(state: string, { features = machineFeatures(state), full }: Launching): Method {
	const method = chooseMethod(features);
	refuseWeaker(method.weaker, full);
	return method;
}

const architecture = process.arch === "arm64" ? "arm64" : "x64";

/** The program that enters the sandbox and confines what runs there. `granted` are the application's capabilities. */
export function sandboxConfiner(granted: readonly string[]): Buffer {
	const filter = seccompFilter(architecture, sandboxPermissions);
	const capabilities = [...launchCapabilities, ...granted.flatMap((name) => capabilityNamed(name) ?? [])];
	const program = confineExecutable(process.arch, {
		...{ landlock: 0, ruleset: { handled: [], rules: [] }, filter, entersRoot: true },
		...(isRootless() ? {} : { capabilities }),
	});
	if (!program) throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	return program;
}

/** The Landlock rules of a cage for what is started in it. */
export function rulesetOf({ binds, permissions, writable }: CageLayout, identity: Identity, sockets = false): LandlockRuleset {
	const shared = binds.filter(({ access }) => access === "rw").map(({ path }) => pathFromText(path));
	const ownsCage = identity.uid === 0 || isRootless();
	return landlockRuleset(
		[...writable, ...shared, ...temporaryDirectories, pathFromText("/dev/shm")],
		readsMayPass({ binds, permissions, ownsCage, sockets }),
	);
}

/** The first program of a cage's unit, with rules for the running kernel. */
export function unitConfiner(cage: CageLayout, identity: Identity, sockets?: boolean): Buffer | undefined {
	const filter = seccompFilter(architecture, filterPermissions(cage.permissions));
	const ruleset = rulesetOf(cage, identity, sockets);
	return confineExecutable(process.arch, { landlock: machineFeatures().landlock, ruleset, filter, outlives: true });
}

export const confinerName = ({ confiner }: Method) => (confiner === "setpriv" ? "filter" : confineName);

/**
 * The file that confines a cage from inside: the filter for setpriv, or our own program with filter and rules. With `isTried`,
 * production continues next to this launch, so it only pretends to set the clock.
 */
export function confinerFile(
	method: Method,
	permissions: Permissions,
	ruleset: LandlockRuleset,
	isTried: boolean,
): { name: string; bytes: Buffer } {
	const asRun = filterPermissions(permissions);
	const filter = seccompFilter(architecture, isTried && asRun.clock ? { ...asRun, clock: "pretended" } : asRun);
	const name = confinerName(method);
	if (method.confiner === "setpriv") return { name, bytes: filter };
	const bytes = confineExecutable(process.arch, { landlock: method.landlock, ruleset, filter });
	if (!bytes) throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	return { name, bytes };
}
