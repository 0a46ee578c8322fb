import { omitUndefined } from "../base/collections.ts";
import { isWithin, pathFromText } from "../base/path/path.ts";
import type { Cage, TrialSummary } from "../cage/cage.ts";
import { type Manifest, type ManifestEntry, placeInCage } from "../cage/manifest.ts";
import { capabilityNamed } from "../confine/capabilities.ts";
import { conditionalRules, type Denial, describeFilter, outrightDenials } from "../confine/seccomp/filter.ts";
import {
	type FilterPermissions,
	filterPermissions,
	type LackableCapability,
	limitsAbstractSockets,
	limitsPorts,
} from "../confine/seccomp/filter-permissions.ts";
import { type CallReason, permittedCalls } from "../confine/seccomp/observed-calls.ts";
import { isSyscall } from "../confine/seccomp/syscalls.ts";
import { uidsOf } from "../plan/accounts.ts";
import type { MissingKind } from "../plan/missing.ts";
import { allowedReason, callWord, permissionWords } from "../plan/permission-words.ts";

/** A layer that restricts the application. Several may refuse the same action. */
export const layers = ["absent", "owner-or-mode", "mount", "landlock", "capability", "seccomp", "network"] as const;
export type Layer = (typeof layers)[number];

/** Something that was or would be refused, the layers that refuse it, and the option that allows it, if there is one. */
export interface Refusal {
	readonly what: string;
	readonly layers: readonly Layer[];
	readonly option?: string;
	/** All options that allow more of it, if there are several; it depends on the arguments which one is needed. */
	readonly options?: readonly string[];
}

/** A system call under the cage's filter and network. Without denials it is allowed. */
export interface CallExplanation {
	readonly subject: "call";
	readonly name: string;
	readonly denials: readonly Pick<Denial, "answer" | "why" | "when">[];
	/** Why a filter for this application permits it. Absent with the general filter. */
	readonly permittedBy?: CallReason;
	/** The filter allows more of it than by default, because the application needed it. */
	readonly opened: boolean;
	readonly refusals: readonly Refusal[];
}

export interface CapabilityExplanation {
	readonly subject: "capability";
	readonly name: string;
	/** The call that showed the need; absent if the capability is not kept. */
	readonly kept?: string;
	/** An application with an account keeps only the capability for low ports. */
	readonly startsAsRoot: boolean;
}

/** Explains a name that is no path: a call, a capability, or both (`kill`). Returns nothing if it is neither. */
export function explainName(text: string, cage: Cage, manifest: Manifest): (CallExplanation | CapabilityExplanation)[] {
	const found: (CallExplanation | CapabilityExplanation)[] = [];
	if (isSyscall(text)) found.push(explainCall(text, cage, manifest));
	const name = capabilityNamed(text);
	if (name !== undefined) {
		const kept = manifest.permissions.capabilities.find((one) => one.name === name)?.why;
		found.push({
			subject: "capability",
			name,
			...omitUndefined({ kept }),
			startsAsRoot: manifest.identity.uid === 0,
		});
	}
	return found;
}

const ofNetwork = new Set(["socket", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg"]);

function explainCall(name: string, { application }: Cage, { accounts, identity, permissions }: Manifest): CallExplanation {
	const starter = { ...identity, uids: uidsOf(accounts) };
	const filter = filterPermissions(permissions, starter);
	const of = (denials: readonly Denial[]) => denials.filter((one) => one.call === name);
	const denials = of(describeFilter(filter));
	const closed = of(describeFilter(filterPermissions({ capabilities: [] }, starter)));
	const isUnobserved = denials.some(({ why }) => why === "not-observed");
	const options = isUnobserved ? [allowedReason(callWord(name))] : denials.length ? optionsForCall(name, filter) : [];
	const permittedBy = filter.calls && isSyscall(name) ? permittedCalls(filter.calls).get(name) : undefined;
	const cut = application.network === "none" && ofNetwork.has(name);
	return {
		subject: "call",
		name,
		denials: denials.map(({ answer, when, why }) => ({ answer, why, ...omitUndefined({ when }) })),
		...(permittedBy === undefined || denials.some(({ when }) => when === undefined) ? {} : { permittedBy }),
		opened: denials.length < closed.length,
		refusals: [
			...(denials.length ? [{ what: name, layers: ["seccomp"] as const, ...optionFields(options) }] : []),
			...(name === "bind" && limitsPorts(permissions)
				? [{ what: name, layers: ["landlock"] as const, option: allowedReason("port:NUMBER") }]
				: []),
			...(name === "connect" && limitsAbstractSockets(permissions)
				? [{ what: name, layers: ["landlock"] as const, option: allowedReason(permissionWords.abstractSockets) }]
				: []),
			...(cut ? [{ what: name, layers: ["network"] as const, option: "--network host" }] : []),
		],
	};
}

/** The first one is also a field of its own, because most calls have one only. */
function optionFields([option, ...others]: readonly string[]): Pick<Refusal, "option" | "options"> {
	if (option === undefined) return {};
	return others.length ? { option, options: [option, ...others] } : { option };
}

/** Returns the permissions that change the filter's answers to the call: each of them only allows more. */
function optionsForCall(name: string, filter: FilterPermissions): string[] {
	const answers = (permissions: FilterPermissions) =>
		JSON.stringify([...conditionalRules(permissions), ...outrightDenials(permissions)].filter(({ call }) => call === name));
	const now = answers(filter);
	return [...filterWords, ...grantWords(filter)]
		.filter(([, permission]) => answers({ ...filter, ...permission }) !== now)
		.map(([word]) => allowedReason(word));
}

type FilterWord = readonly [word: string, permission: Partial<FilterPermissions>];

function grantWords({ account }: FilterPermissions): FilterWord[] {
	// Another account keeps none of them.
	if (account?.uid !== 0) return [];
	const without = (name: LackableCapability) => ({ ...account, lacks: account.lacks.filter((other) => other !== name) });
	return account.lacks.map((name) => [`capability:${name}`, { account: without(name) }]);
}

const filterWords: readonly FilterWord[] = [
	["unix-sockets", { unixSockets: true }],
	["netlink", { netlink: true }],
	["uevents", { uevents: true }],
	["packet-sockets", { packetSockets: true }],
	["memfd", { memfd: true }],
	["writable-code", { writableCode: true }],
	["ports", { plainTcp: false }],
	["capability:net_raw", { rawSockets: true }],
	["capability:sys_chroot", { chroot: true }],
	["capability:sys_time", { clock: "real" }],
];

const layersOf: Readonly<Record<MissingKind, readonly Layer[]>> = {
	absent: ["absent"],
	"owner-or-mode": ["owner-or-mode"],
	"read-only": ["mount", "landlock"],
	capability: ["capability"],
	filtered: ["seccomp"],
	"kernel-file": ["absent"],
	port: ["landlock"],
	noexec: ["mount"],
	account: ["absent"],
};

/**
 * Returns what the last trial found refused or missing. `declined` are paths that were left out on purpose, with the option for
 * each.
 */
export function explainTrial(
	trial: TrialSummary | undefined,
	declined: ReadonlyMap<string, string>,
	manifest: Manifest,
): Refusal[] {
	const isData = (what: string) => {
		const place = what.startsWith("/") ? placeInCage(pathFromText(what), manifest) : undefined;
		return place !== undefined && manifest.writable.some((one) => isWithin(place, one.path));
	};
	return (trial?.missing ?? []).map(({ kind, what }) => {
		// No option adds a file to the data, which the application writes.
		const option = declined.get(what) ?? (kind === "absent" && isData(what) ? undefined : optionFor(kind, what));
		return { what, layers: layersOf[kind], ...omitUndefined({ option }) };
	});
}

function optionFor(kind: MissingKind, what: string): string | undefined {
	if (kind === "port") return `--allow ${what.replace("bind ", "port:")}`;
	if (!what.startsWith("/")) return undefined;
	if (kind === "absent") return `--include ${what}`;
	return kind === "read-only" ? `--writable ${what.replace(/\/[^/]*$/, "") || "/"}` : undefined;
}

/** The facts about an entry that are shown as text and JSON. */
export type ShownEntry = Pick<ManifestEntry, "kind" | "mode" | "uid" | "gid" | "reasons" | "target">;
