import type { Files } from "../machine/facts.ts";
import { ancestors, type Path } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { areaOf } from "./areas.ts";
import type { Identity, Openings } from "./plan.ts";

/** What a trial found to be needed beyond what the host's trace showed. */
export interface FoundOpenings {
	readonly capabilities: readonly { readonly name: string; readonly why: string }[];
	readonly proc?: string;
}

/**
 * What confinement has to leave open: only what the application was seen to use with success. An account keeps no capability
 * but the one for low ports; a root start keeps those that its calls needed, and those that its files will ask for once
 * CAP_DAC_OVERRIDE is no longer taken for granted.
 */
export function planOpenings(identity: Identity, trace: Trace, files: Files, found: FoundOpenings): Openings {
	const capabilities = new Map<string, string>();
	for (const { name, call } of trace.capabilities.values()) {
		if (identity.uid === 0 || name === "net_bind_service") capabilities.set(name, call);
	}
	if (identity.uid === 0) {
		const override = needsOverride(trace, files);
		if (override) capabilities.set(override.name, override.why);
	}
	for (const { name, why } of found.capabilities) if (!capabilities.has(name)) capabilities.set(name, why);
	return {
		capabilities: [...capabilities].map(([name, why]) => ({ name, why })).sort((a, b) => (a.name < b.name ? -1 : 1)),
		...(found.proc === undefined ? {} : { proc: found.proc }),
		...(trace.families.has("AF_UNIX") ? { unixSockets: "AF_UNIX" } : {}),
		...(trace.memfd ? { memfd: "memfd_create" } : {}),
	};
}

/**
 * Root without CAP_DAC_OVERRIDE is an ordinary owner (capabilities(7)). What it did to a file of somebody else, whose mode does
 * not allow that to everybody, it did by that capability; reading alone takes the lesser CAP_DAC_READ_SEARCH.
 */
function needsOverride(trace: Trace, files: Files): { name: string; why: string } | undefined {
	let reading: string | undefined;
	for (const access of trace.accesses.values()) {
		if (!access.rootOps.size || areaOf(access.path) !== "files") continue;
		const real = access.real ?? access.path;
		const status = files.status(real);
		const owner = access.owner && access.owner.uid > 0 ? access.owner.uid : status?.uid;
		if (owner !== undefined && owner !== 0 && opensForWriting(access) && !(status && status.mode & 0o002)) {
			return { name: "dac_override", why: `write ${showPath(access.path)}` };
		}
		if (status && status.uid !== 0 && !(status.mode & (status.gid === 0 ? 0o044 : 0o004)) && access.rootOps.has("read")) {
			reading ??= `read ${showPath(access.path)}`;
		}
		for (const directory of ancestors(real)) {
			const above = files.status(directory);
			if (!above || above.uid === 0) continue;
			const everybody = above.gid === 0 ? 0o011 : 0o001;
			if (!(above.mode & everybody)) reading ??= `search ${showPath(directory)}`;
			if (directory === parentOf(real) && makes(access.rootOps) && !(above.mode & 0o002)) {
				return { name: "dac_override", why: `write ${showPath(directory)}` };
			}
		}
	}
	return reading === undefined ? undefined : { name: "dac_read_search", why: reading };
}

const opensForWriting = ({ calls, rootOps }: Access) =>
	rootOps.has("write") && [...calls].some((call) => /^(open|creat|truncate)/.test(call));
const makes = (operations: ReadonlySet<Operation>) =>
	operations.has("create") || operations.has("remove") || operations.has("listen");

function parentOf(path: Path): Path {
	return path.slice(0, path.lastIndexOf("/")) as Path;
}
