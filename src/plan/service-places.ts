import { append, omitUndefined } from "../base/collections.ts";
import {
	directoriesTo,
	type FileStatus,
	type Files,
	type Identity,
	type PathComponent,
	untrustedComponents,
} from "../base/machine/facts.ts";
import { isWithin, type Path, parent, pathFromText, pathToText } from "../base/path/path.ts";
import type { Bind, Rules } from "../service/application.ts";
import { ownedDirectory } from "../service/created-directory.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { isMountableInside, refuseNestedBinds, writableBinds } from "./binds.ts";
import { noCompany, planCompany } from "./company.ts";
import { ownConfiguration, placesIn } from "./configuration.ts";
import { type AccessProblem, noConsents } from "./host-access.ts";
import { placeNamed, placeOf } from "./links.ts";
import { mayConnect } from "./neighbours.ts";
import { planOfferedSockets } from "./offered-sockets.ts";
import {
	namedStateDirectories,
	stateInPlace,
	testedStateDirectories,
	unusedStateDirectories,
	usedStateDirectories,
	writtenConfiguration,
} from "./own-state.ts";
import { socketsIn } from "./permission-words.ts";
import type { PlanInput, ServiceDirectory } from "./plan.ts";
import type { PlanBasis } from "./plan-basis.ts";
import { trialReason } from "./planned-devices.ts";
import { planPublished } from "./published.ts";
import { plainName, planShared } from "./shared.ts";
import { directoryOf, planWritable, wantsToChange } from "./writable.ts";

interface OwnFilesInput {
	readonly trace: Trace;
	readonly files: Files;
	readonly identity: Identity;
	/** See `planOfferedSockets`. */
	readonly mayMount: boolean;
	/** Real paths that rules make writable or bind. */
	readonly decided: readonly Path[];
	readonly isLeftOut: (path: Path, status: FileStatus) => boolean;
	readonly problemOf: (path: Path) => AccessProblem | undefined;
}

/** Many services keep their logs directly in it. Two instances can append to the same log, but not change the same state. */
const logs = pathFromText("/var/log");

/**
 * Returns the application's own logs directly in /var/log. The cage mounts these files from the host, one by one, so that the host's
 * tools find them and nothing else of the directory is in the cage. If the application also removes, renames or creates other names
 * there, it gets a directory of its own instead.
 */
function planOwnFiles(input: OwnFilesInput): readonly ServiceDirectory[] {
	const { decided, files, mayMount, trace } = input;
	if (!mayMount || decided.includes(logs)) return [];
	const changed = new Map<Path, Access[]>();
	for (const access of trace.accesses.values()) {
		const real = placeOf(access.path, files);
		const isDirectory = files.status(real)?.kind === "directory" || access.calls.has("mkdir") || access.calls.has("mkdirat");
		if (parent(real) === logs && !isDirectory && wantsToChange(access)) append(changed, real, access);
	}
	const found = [...changed].map(([path, accesses]) => ownFile(path, accesses, input));
	const own = found.filter((one) => one !== undefined);
	return own.length === found.length ? own : [];
}

function ownFile(path: Path, accesses: readonly Access[], input: OwnFilesInput): ServiceDirectory | undefined {
	const { files, identity, isLeftOut, problemOf, trace } = input;
	const status = files.status(path);
	// A mounted file can be written, but its name belongs to the directory.
	const isWritten = accesses.every(({ succeeded }) => succeeded.has("write") && !succeeded.has("remove"));
	if (!isWritten || !plainName.test(path) || !isReachedByRoot(path, files) || problemOf(path)) return undefined;
	if (status === undefined) {
		const owner = accesses.find((access) => access.owner)?.owner;
		const [uid, gid] = [owner?.uid ?? -1, owner?.gid ?? -1];
		return { path, uid: uid < 0 ? identity.uid : uid, gid: gid < 0 ? identity.gid : gid, mode: 0o600, isFile: true };
	}
	const isOwn = status.uid === identity.uid || (status.uid > 0 && trace.uids.has(status.uid));
	if (status.kind !== "file" || !isOwn || isLeftOut(path, status)) return undefined;
	return { path, uid: status.uid, gid: status.gid, mode: status.mode & 0o777, isFile: true };
}

/** Whether root owns the way. A group may write a directory on it (/var/log on Ubuntu), because the launch compares what it mounted. */
function isReachedByRoot(path: Path, files: Files): boolean {
	const parts = directoriesTo(parent(path)).flatMap((part): PathComponent[] => {
		const status = files.status(part);
		return status ? [{ ...status, path: part, mode: status.mode & ~0o020 }] : [];
	});
	return !untrustedComponents([...parts, { path, kind: "directory", mode: 0o755, uid: 0 }], 0).length;
}

/** Where the service writes and offers something: its state, and what stays where its clients and tools look. */
function statePlaces(input: PlanInput, basis: PlanBasis) {
	const { additions, application, identity, trace } = input;
	const { asked, files, gids, hostAccess, isLeftOut, isOwn, uids } = basis;
	const directories = application.directories.map((text) => ownedDirectory(text, identity, input.users, input.groups));
	const ownState = { trace, uids, gids, users: input.users, groups: input.groups, files };
	const { stateInPlace: before } = input;
	const mayMount = !input.owner && !input.isDedicated;
	const mounted = asked.binds.map((bind) => pathFromText(bind.path));
	const decided = [
		...mounted,
		...[...asked.writable, ...asked.seed].map((value) => directoryOf(value, files)),
		...additions.flatMap((one) => (one.kind === "writable" ? [placeOf(one.path, files)] : [])),
	];
	const named = placesIn(ownConfiguration(application, trace, files), files);
	const configuration = before ? writtenConfiguration(ownState) : [];
	const consents = [...asked.allowWrite, ...configuration.map((path) => pathToText(path) ?? path)];
	const placing = { rules: { ...asked, allowWrite: consents }, hostAccess, identity, files };
	const company = input.company
		? planCompany({
				command: application.command,
				company: input.company,
				trace,
				files,
				rules: asked,
				uids,
				gids,
				decided,
				// A copy would hide from the others what the application writes.
				inPlace: (paths) => (before ? stateInPlace({ ...placing, writable: paths.map((path) => ({ path })), before }) : paths),
			})
		: noCompany;
	const places = withoutHidden((inData) => {
		const service = {
			trace,
			files,
			identity,
			mayMount,
			decided: [...decided, ...inData],
			problemOf: (path: Path) => hostAccess.problemOfBind({ path: pathToText(path) ?? path, access: "rw" }, asked),
		};
		const bound = writableBinds(asked.binds);
		const offered = planOfferedSockets({ ...service, application, directories, bound, isAdopted: before !== undefined });
		const ownFiles = planOwnFiles({ ...service, isLeftOut });
		const serviceBinds = [...offered.directories, ...ownFiles].map(({ path }) => path);
		const writable = planWritable({
			isOwn,
			trace,
			rules: asked,
			identity,
			files,
			directories,
			hostAccess,
			isLeftOut,
			serviceBinds,
			writtenConfiguration: configuration,
			named,
			ownState: (used) => [
				...usedStateDirectories(ownState),
				...testedStateDirectories(ownState),
				...namedStateDirectories(named, ownState),
				...(input.stateInPlace ? unusedStateDirectories(ownState, used) : []),
				...company.writable,
			],
			...(before ? { inPlace: (directories) => stateInPlace({ ...placing, writable: directories, before }) } : {}),
			found: additions.flatMap((one) => (one.kind === "writable" ? [{ path: one.path, reason: trialReason(one) }] : [])),
			binds: [...mounted, ...serviceBinds],
		});
		return { offered, ownFiles, writable };
	});
	const { offered, ownFiles, writable } = places;
	const published = planPublished({
		sockets: offered.sockets,
		writable: writable.directories,
		trace,
		files,
		hostAccess,
		mayMount,
		decided,
		identity,
		allowed: asked.allowWrite,
		mounted: offered.directories.map(({ path }) => path),
	});
	const serviceBinds = [...offered.directories, ...ownFiles].map(({ path, ...created }): Bind => {
		return { path: pathToText(path) ?? path, access: "rw", created };
	});
	return {
		...places,
		company,
		published,
		mounted: [...mounted, ...serviceBinds.map((bind) => pathFromText(bind.path))],
		serviceBinds,
	};
}

export type ServicePlaces = ReturnType<typeof servicePlaces>;

/** Decides which directories stay the host's or are shared with other services, and which the cage has for itself. */
export function servicePlaces(input: PlanInput, basis: PlanBasis) {
	const { identity, trace } = input;
	const { asked, files, gids, hostAccess, isLeftOut, isOwn, isSecret, uids } = basis;
	const allowedBinds = asked.binds.filter((bind) => hostAccess.requireBind(bind, asked)).map(({ path }) => path);
	const state = statePlaces(input, basis);
	const { company, mounted, serviceBinds, writable } = state;
	const writablePaths = writable.directories.map(({ path }) => path);
	refuseNestedBinds(mounted, writablePaths);
	const policy = { uid: identity.uid, rules: asked, harmless: company.neighbours.map(({ path }) => path) };
	const sockets = [
		...socketsIn(asked.allow)
			.map((text) => placeNamed(text, files))
			.filter((path) => mayConnect(path, policy, files) && files.status(path)?.kind === "socket"),
		...company.neighbours.map(({ path }) => path),
	];
	const sharing = {
		owner: input.owner ?? 0,
		trace,
		files,
		isOwn,
		named: company.content,
		nested: company.writable,
		mayConnect: (path: Path) => mayConnect(path, policy, files),
		sockets,
		occupied: [...writablePaths, ...mounted],
		isLeftOut,
		isSecret,
		uids,
		gids,
		included: asked.include.map((value) => placeNamed(value, files)),
	};
	const shared = planShared(sharing);
	const sharedBinds = shared.map(({ isSocket, path }): Bind => {
		return { path: pathToText(path) ?? path, access: "ro", ...omitUndefined({ isSocket }) };
	});
	const rules: Rules = { ...asked, binds: [...asked.binds, ...serviceBinds, ...sharedBinds] };
	// `--allow socket:` decided about the directories of sockets.
	const allowed = [...serviceBinds, ...sharedBinds].filter((bind) => hostAccess.problemOfBind(bind, noConsents));
	return {
		...state,
		writablePaths,
		policy,
		sharing,
		shared,
		/** With the binds that follow from the service and its company. */
		rules,
		binds: rules.binds.map((bind) => pathFromText(bind.path)),
		allowedBinds: [...allowedBinds, ...allowed.map(({ path }) => path)],
	};
}

interface OwnPlaces {
	readonly offered: ReturnType<typeof planOfferedSockets>;
	readonly ownFiles: ReturnType<typeof planOwnFiles>;
	readonly writable: ReturnType<typeof planWritable>;
}

/** A writable directory above one of the service's own would hide it, so that `plan` gets those that stay in the cage's data. */
function withoutHidden(plan: (inData: readonly Path[]) => OwnPlaces): OwnPlaces {
	const first = plan([]);
	const { directories } = first.writable;
	const hides = (above: Path, path: Path) => above !== path && isWithin(path, above) && !isMountableInside(path, above);
	const hidden = [...first.offered.directories, ...first.ownFiles]
		.filter(({ path }) => directories.some((one) => hides(one.path, path)))
		.map(({ isFile, path }) => (isFile ? parent(path) : path));
	return hidden.length ? plan(hidden) : first;
}
