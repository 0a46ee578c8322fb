import { capabilitiesOfMask } from "../../confinement/capabilities.ts";
import { type Attempt, type Outcome, outcomesOf } from "../outcomes.ts";
import type { Check } from "../outside.ts";
import type { StoppingLayer } from "../technique.ts";
import { allTechniques } from "../techniques.ts";
import type { Part, ProcessState } from "./state.ts";

/**
 * Why a technique was not tried. `landlock`: only Landlock stops it, and no other process can join a Landlock domain. `start`:
 * it uses what the process received from its starter. `writes`: it would change a file. `module`: it loads a kernel module.
 * `cage`: it concerns parts that only a cage has. `own-init`: PID 1 belongs to the sandbox itself.
 */
export type UntriedReason = "landlock" | "start" | "writes" | "module" | "cage" | "own-init";

const untriedIds: Readonly<Record<string, UntriedReason>> = {
	"without-landlock": "landlock",
	"other-port": "landlock",
	descriptor: "start",
	"standard-input": "start",
	environment: "start",
	terminal: "start",
	"type-into-terminal": "start",
	"link-program": "writes",
	"write-launcher": "cage",
	"write-shared": "cage",
};

/** Returns the techniques that are not tried, with the reason. */
export function untriedTechniques({ hasOwnPids }: { readonly hasOwnPids: boolean }): ReadonlyMap<string, UntriedReason> {
	return new Map([
		...Object.entries(untriedIds),
		...allTechniques.flatMap(({ id, loadsModule }) => (loadsModule ? [[id, "module"] as const] : [])),
		...(hasOwnPids ? [["init-memory", "own-init"] as const] : []),
	]);
}

/**
 * `untried`: see `UntriedReason`. `unclear`: it did not finish, or it succeeded and a layer that could not be taken over may stop the
 * process itself.
 */
export type ForeignOutcome = Omit<Outcome, "outcome"> & {
	readonly outcome: Outcome["outcome"] | "untried" | "unclear";
	readonly untried?: UntriedReason;
};

export interface ForeignTarget {
	readonly kind: "container" | "pid" | "unit";
	/** As the user named it. */
	readonly name: string;
	readonly pid: number;
	/** Its program, as the sandbox names it. */
	readonly program: string;
}

/** Result of a self-test inside a sandbox that Cagewright did not create. */
export interface ForeignSelftest {
	readonly target: ForeignTarget;
	/** Parts that differ between the target and the test's process. */
	readonly notTaken: readonly Part[];
	readonly noNewPrivileges: boolean;
	readonly filters: number;
	readonly label: string;
	readonly capabilities: readonly string[];
	readonly sharesNetwork: boolean;
	readonly ways: readonly ForeignOutcome[];
	/** The protection of a cage that the sandbox has, from outside. */
	readonly layers: readonly Check[];
	/** Number of escapes of the same program without any sandbox. */
	readonly control: number;
	readonly seconds: number;
}

interface MeasuredSandbox {
	readonly attempts: ReadonlyMap<string, Attempt>;
	readonly untried: ReadonlyMap<string, UntriedReason>;
	readonly notTaken: readonly Part[];
	readonly state: ProcessState;
	readonly sharesNetwork: boolean;
}

export function foreignOutcomes({ attempts, notTaken, sharesNetwork, state, untried }: MeasuredSandbox): ForeignOutcome[] {
	const permissions = { capabilities: heldCapabilities(state).map((name) => ({ name, why: "" })) };
	const network = sharesNetwork ? "host" : "own";
	return outcomesOf(attempts, { permissions, network, weaker: [], landlock: 0 }).map((way) => {
		const reason = untried.get(way.id);
		if (reason) return { ...way, outcome: "untried", detail: "", untried: reason };
		if (way.outcome === "failed") return { ...way, outcome: "unclear" };
		const isOut = way.outcome === "escaped" || way.outcome === "open";
		return isOut && mayStop(way, notTaken) ? { ...way, outcome: "unclear" } : way;
	});
}

/** Whether a layer that the test's process lacks could stop the technique. A label can stop anything. */
function mayStop({ id, stoppedBy }: Outcome, notTaken: readonly Part[]): boolean {
	const layers: readonly StoppingLayer[] = notTaken.flatMap((part) => layersOf[part] ?? []);
	return notTaken.includes("label") || byMemoryRule.has(id) || stoppedBy.some((layer) => layers.includes(layer));
}

/** PR_SET_MDWE of prctl(2) could stop them, as units use it. The kernel shows it to no other process. */
const byMemoryRule: ReadonlySet<string> = new Set(["writable-code", "code-without-file"]);

/** The layers that a part contributes to. Without the others there is no verdict at all. */
const layersOf: Readonly<Partial<Record<Part, readonly StoppingLayer[]>>> = {
	seccomp: ["seccomp"],
	groups: ["account"],
	cgroup: ["nodev"],
};

/** Parts without which the test's process is not inside. */
export const neededParts: readonly Part[] = ["namespaces", "root", "account", "capabilities"];

export function heldCapabilities({ capabilities }: ProcessState): string[] {
	return capabilitiesOfMask(capabilities.CapPrm ?? "0");
}

export const foreignWays = ({ ways }: ForeignSelftest, outcome: ForeignOutcome["outcome"]) =>
	ways.filter((way) => way.outcome === outcome);

/** Returns whether no technique escaped. A missing layer alone is no escape. */
export function foreignHolds(test: ForeignSelftest): boolean {
	return !foreignWays(test, "escaped").length;
}
