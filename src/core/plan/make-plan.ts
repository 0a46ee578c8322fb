import type { Application, Bind, Rules } from "../application/application.ts";
import { ownedDirectory } from "../application/created-directory.ts";
import { ownChroot } from "../application/daemons.ts";
import { isInPlace } from "../cage/in-place.ts";
import { syslogName } from "../confinement/launch.ts";
import { Failure } from "../failure.ts";
import { type FileStatus, type Files, rememberFiles } from "../machine/facts.ts";
import { isWithin, normalise, outermost, type Path, parent, pathFromText, pathToText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { onlyLooks } from "../trace/calls.ts";
import { loopbackAddress, peersOf, showPeer, type Trace, withReads } from "../trace/trace.ts";
import { planAccounts } from "./accounts.ts";
import { isByteCode } from "./areas.ts";
import { isMountableInside, realBinds, refuseNestedBinds, writableBinds } from "./binds.ts";
import { noCompany, planCompany } from "./company.ts";
import { canHoldDecoy, planDecoys } from "./decoys.ts";
import { addLibraries, EntryCollector } from "./entries.ts";
import { HostAccess, noConsents, ownPlaces, uidsNamed } from "./host-access.ts";
import { declinedRisks } from "./left-out.ts";
import { placeNamed, placeOf } from "./links.ts";
import { namedLocales } from "./locales.ts";
import { isOnlyLooked, passedOver } from "./looked-at.ts";
import { readMarks } from "./marks.ts";
import { mayUse } from "./may-use.ts";
import { nameServiceFiles } from "./name-service.ts";
import { mayConnect, socketNotes } from "./neighbours.ts";
import { planOfferedSockets } from "./offered-sockets.ts";
import { planOffers } from "./offers.ts";
import { ownDirectories } from "./own-directories.ts";
import { planOwnFiles } from "./own-files.ts";
import { unusedStateDirectories, usedStateDirectories, writtenConfiguration } from "./own-state.ts";
import { peerLine, planPeers } from "./peers.ts";
import { allows as allowsPermission, executableIn, grantsOf, permissionWords, refuses, socketsIn } from "./permission-words.ts";
import type { Entry, Identity, Plan, PlanInput, Risk } from "./plan.ts";
import { planCalls, planPermissions } from "./plan-permissions.ts";
import { addDevices, trialReason } from "./planned-devices.ts";
import { planPublished } from "./published.ts";
import { refusedNotes } from "./refused.ts";
import { fileRisks, passwordNotes } from "./risks.ts";
import { expandInclude, matchPaths } from "./rules.ts";
import { sessionNotes } from "./sessions.ts";
import { planShared, servedTrees, siteNotes } from "./shared.ts";
import { stateInPlace } from "./state-in-place.ts";
import { addSyslog, planSyslog } from "./syslog.ts";
import { libraryTrees, sourceTrees } from "./trees.ts";
import { absentNotes, unprovenParts } from "./unproven.ts";
import { changingOperations, directoryOf, planWritable, tracedReason } from "./writable.ts";

const generatedPaths = {
	passwd: pathFromText("/etc/passwd"),
	group: pathFromText("/etc/group"),
	nsswitch: pathFromText("/etc/nsswitch.conf"),
	loaderCache: pathFromText("/etc/ld.so.cache"),
};

/**
 * Decides what goes into the cage. Deterministic: the same trace, rules and files give the same plan. Entries have no package
 * names yet, because asking for them takes a program; `planCage` adds them.
 */
export function makePlan(input: PlanInput): Plan {
	const { additions, application, identity, trace } = input;
	const files = rememberFiles(input.files);
	const asked = { ...input.rules, binds: realBinds(input.rules.binds, files) };
	const excluded = matchPaths(asked.exclude, files);
	const program = startedByRoot(application, identity, files);
	const allowed = (path: Path, risk: Risk) => allows(asked, path, risk, files) || (risk === "setuid" && path === program);
	const look = (path: Path) => input.known?.(path) ?? readMarks(path, files);
	const isSecret = (path: Path, status: FileStatus) =>
		status.kind === "file" && fileRisks(path, status, look(path)).includes("secret");
	const isLeftOut = (path: Path, status: FileStatus) =>
		excluded(path) !== undefined || (isSecret(path, status) && !allowed(path, "secret"));
	const unseen = mayUse({ application, files, trace });
	const withHelpers = withReads(
		trace,
		unseen.flatMap(({ kind, path }) => (kind === "program" ? [path] : [])),
	);
	const sources = sourceTrees(withHelpers, files);
	const trees = [...libraryTrees(withHelpers, sources, files), ...sources];
	const isOwn = ownDirectories(application, trace, trees, files);
	const mounted = asked.binds.map((bind) => pathFromText(bind.path));
	const hostAccess = new HostAccess({
		files,
		users: input.users,
		identity,
		uids: [...trace.uids, ...uidsNamed(asked.accounts, input.users)],
		own: ownPlaces(application),
		...(input.stateFolder === undefined ? {} : { stateFolder: input.stateFolder }),
	});
	const allowedBinds = asked.binds.filter((bind) => hostAccess.requireBind(bind, asked)).map(({ path }) => path);
	const directories = application.directories.map((text) => ownedDirectory(text, identity, input.users, input.groups));
	const uids = new Set([identity.uid, ...trace.uids].filter((uid) => uid > 0));
	const gids = new Set([identity.gid, ...identity.groups, ...trace.gids].filter((gid) => gid > 0));
	const ownState = { trace, uids, gids, users: input.users, groups: input.groups, files };
	const { stateInPlace: before } = input;
	const mayMount = !input.owner && !input.isDedicated;
	const decided = [
		...asked.binds.map(({ path }) => pathFromText(path)),
		...[...asked.writable, ...asked.seed].map((value) => directoryOf(value, files)),
		...additions.flatMap((one) => (one.kind === "writable" ? [placeOf(one.path, files)] : [])),
	];
	const configuration = before ? writtenConfiguration(ownState) : [];
	const consents = [...asked.allowWrite, ...configuration.map((path) => pathToText(path) ?? path)];
	const placing = { rules: { ...asked, allowWrite: consents }, hostAccess, identity, files };
	const company = input.company
		? planCompany({
				...{ company: input.company, trace, files, rules: asked, uids, gids },
				decided,
				// A copy would hide from the others what the application writes.
				inPlace: (paths) => (before ? stateInPlace({ ...placing, writable: paths.map((path) => ({ path })), before }) : paths),
			})
		: noCompany;
	const { offered, ownFiles, writable } = withoutHidden((inData) => {
		const service = {
			...{ trace, files, identity, mayMount, decided: [...decided, ...inData] },
			problemOf: (path: Path) => hostAccess.problemOfBind({ path: pathToText(path) ?? path, access: "rw" }, asked),
		};
		const bound = writableBinds(asked.binds);
		const offered = planOfferedSockets({ ...service, application, directories, bound, isAdopted: before !== undefined });
		const ownFiles = planOwnFiles({ ...service, isLeftOut });
		const serviceBinds = [...offered.directories, ...ownFiles].map(({ path }) => path);
		const writable = planWritable({
			...{ isOwn, trace, rules: asked, identity, files, directories, hostAccess, isLeftOut, serviceBinds },
			writtenConfiguration: configuration,
			ownState: (used) => [
				...usedStateDirectories(ownState),
				...(input.stateInPlace ? unusedStateDirectories(ownState, used) : []),
				...company.writable,
			],
			...(before ? { inPlace: (directories) => stateInPlace({ ...placing, writable: directories, before }) } : {}),
			found: additions.flatMap((one) => (one.kind === "writable" ? [{ path: one.path, reason: trialReason(one) }] : [])),
			binds: [...mounted, ...serviceBinds],
		});
		return { offered, ownFiles, writable };
	});
	const published = planPublished({
		...{ sockets: offered.sockets, writable: writable.directories, trace, files, hostAccess, mayMount, decided },
		mounted: offered.directories.map(({ path }) => path),
	});
	const offeredSockets = published.sockets;
	const serviceBinds = [...offered.directories, ...ownFiles].map(({ path, ...created }): Bind => {
		return { path: pathToText(path) ?? path, access: "rw", created };
	});
	mounted.push(...[...offered.directories, ...ownFiles].map(({ path }) => path));
	const writablePaths = writable.directories.map(({ path }) => path);
	refuseNestedBinds(mounted, writablePaths);
	const policy = { uid: identity.uid, rules: asked };
	const allowedSockets = socketsIn(asked.allow)
		.map((text) => placeNamed(text, files))
		.filter((path) => mayConnect(path, policy, files) && files.status(path)?.kind === "socket");
	const { neighbours } = company;
	const isNeighbour = (path: Path) => neighbours.some((one) => one.path === path);
	const sharing = {
		owner: input.owner ?? 0,
		trace,
		files,
		isOwn,
		named: company.content,
		nested: company.writable,
		mayConnect: (path: Path) => isNeighbour(path) || mayConnect(path, policy, files),
		sockets: [...allowedSockets, ...neighbours.map(({ path }) => path)],
		occupied: [...writablePaths, ...mounted],
		isLeftOut,
		isSecret,
		uids,
		gids,
		included: asked.include.map((value) => placeNamed(value, files)),
	};
	const shared = planShared(sharing);
	const rules: Rules = {
		...asked,
		binds: [
			...asked.binds,
			...serviceBinds,
			...shared.map(({ path }) => ({ path: pathToText(path) ?? path, access: "ro" as const })),
		],
	};
	const binds = rules.binds.map((bind) => pathFromText(bind.path));
	// `--allow socket:` decided about the directories of sockets.
	const allowedSharing = shared.flatMap(({ path }) => {
		const bind = { path: pathToText(path) ?? path, access: "ro" } as const;
		return hostAccess.problemOfBind(bind, noConsents) ? [bind.path] : [];
	});
	const allowedOffers = serviceBinds.filter((bind) => hostAccess.problemOfBind(bind, noConsents)).map(({ path }) => path);
	const collector = new EntryCollector(files, { excluded, allowed, mounted: [...writablePaths, ...binds] }, look);

	addDevices({ ...input, files }, collector);
	// Included paths first, so that the rule is their reason however the application used them.
	addIncluded(rules.include, files, collector);
	addTraced({ ...input, files }, isOwn, collector);
	for (const { paths, top } of [...trees, ...servedTrees(trace, files), ...namedLocales(trace, files)]) {
		for (const path of paths) collector.add(path, { kind: "part-of", tree: top });
	}
	for (const [path, reason] of writable.leftOut) collector.addLeftOut(path, reason);
	for (const addition of additions) {
		if (addition.kind === "path")
			collector.add(addition.path, trialReason(addition), onlyLooks(addition.call) ? "missed" : "used");
	}
	for (const { by, kind, path } of unseen) {
		if (kind !== "firewall") collector.add(path, { kind: "may-use", by }, "looked-at");
	}
	addOwnDirectories(application, files, collector);
	for (const { by, name } of neighbours) collector.addWay(name, { kind: "shared", what: "socket", example: by });
	const libraries = addLibraries(collector, application, files);
	const programs = collector.programs().map(({ path }) => path);
	for (const { by, path } of nameServiceFiles(programs, files)) collector.add(path, { kind: "may-use", by }, "looked-at");
	for (const { path, reasons } of writable.directories) collector.addMountPoint(path, reasons[0] ?? { kind: "launcher" });
	for (const { path } of asked.binds) collector.addBind(pathFromText(path), { kind: "rule", rule: "binds", value: path });
	for (const { path } of offered.directories) {
		const socket = offered.sockets.find((one) => isWithin(one.path, path))?.path ?? path;
		const file = offered.files.find((one) => isWithin(one, path));
		collector.addBind(path, file === undefined ? { kind: "offered", socket } : { kind: "offered-file", file });
	}
	for (const { path } of ownFiles) collector.addGenerated(path, "", { kind: "own-file" });
	for (const one of shared) collector.addBind(one.path, { kind: "shared", what: one.kind, example: one.example });
	for (const { by, path } of company.content) collector.addWay(path, { kind: "shared", what: "site", example: by });
	const {
		accounts: own,
		group,
		nsswitch,
		passwd,
	} = planAccounts({
		...{ identity, trace, rules, users: input.users, groups: input.groups },
		writable: writable.directories,
		lookedUp: additions.flatMap((one) => (one.kind === "account" ? [one.name] : [])),
	});
	const peers = planPeers({
		...{ trace, files, rules, users: input.users, known: own.users, active: input.activeAccounts ?? [] },
		sockets: offeredSockets,
	});
	const accounts = peers.length ? { ...own, peers, usersLeftOut: own.usersLeftOut - peers.length } : own;
	collector.addGenerated(generatedPaths.passwd, passwd + peers.map(peerLine).join(""), { kind: "account" });
	collector.addGenerated(generatedPaths.group, group, { kind: "account" });
	collector.addGenerated(generatedPaths.nsswitch, nsswitch, { kind: "account" });
	if (files.status(generatedPaths.loaderCache)) collector.addGenerated(generatedPaths.loaderCache, "", { kind: "loader-cache" });
	const syslog = planSyslog(
		trace,
		{ include: rules.include, allowed: allowsPermission(rules, permissionWords.syslog) },
		files,
		(path) => excluded(path) !== undefined || (path === syslogName && refuses(rules, permissionWords.syslog)),
	);
	if (syslog) addSyslog(syslog, collector);
	const decoys = planDecoys(rules.decoys, trace, (path) => canHoldDecoy(path) && collector.mayAddDecoy(path));
	for (const { path, value } of decoys.places) collector.addDecoy(path, { kind: "rule", rule: "decoys", value });
	const connections = neighbours.map(({ path }) => `connect ${showPath(path)}`);
	const permissions = allPermissions({ ...input, files, rules }, syslog, writable.directories, connections);

	const entries = collector.entries();
	return {
		application,
		rules,
		identity,
		entries,
		writable: writable.directories,
		...(writable.inPlace ? { stateInPlace: writable.inPlace } : {}),
		shared,
		offeredSockets,
		pidFiles: published.pidFiles,
		allowedBinds: [...allowedBinds, ...allowedOffers, ...allowedSharing],
		offers: planOffers({ entries, writable: copiedOf(writable), libraries, trees }, files),
		accounts,
		permissions,
		grants: grantsOf(permissions, trace, additions, rules.allow, connections),
		declined: declinedRisks(entries, excluded),
		notes: [
			...(input.notes ?? []),
			...notes(application, trace, writable.refused),
			...refusedNotes(trace, rules),
			...besideProgram(writable.directories, isOwn),
			...withoutBit(entries, program, asked, files),
			...unprovenParts({
				command: application.command,
				trace,
				files,
				unseen,
				binds,
				sockets: application.sockets ?? [],
				writable: writablePaths,
			}),
			...absentNotes(entries, excluded),
			...sessionNotes({ ...input, files }),
			...offered.notes,
			...published.notes,
			...(syslog?.notes ?? []),
			...decoys.leftOut.map((path) => ({ code: "decoy-left-out", values: { path: showPath(path) } })),
			...(rules.decoys.length && !decoys.places.length ? [{ code: "decoys-none", values: {} }] : []),
			...passwordNotes(entries, files),
			...socketNotes({
				allowed: sharing.sockets,
				binds,
				policy,
				trace,
				files,
				writable: writable.directories,
				inPlace: writable.inPlace ?? [],
			}),
			...company.notes,
			...siteNotes(sharing, shared),
		],
	};
}

/** The writable directories that start with a copy. */
function copiedOf({ directories, inPlace = [] }: ReturnType<typeof planWritable>): Plan["writable"] {
	return directories.filter(({ path }) => !isInPlace(path, { inPlace }));
}

interface ServicePlaces {
	readonly offered: ReturnType<typeof planOfferedSockets>;
	readonly ownFiles: ReturnType<typeof planOwnFiles>;
	readonly writable: ReturnType<typeof planWritable>;
}

/** A writable directory above one of the service's own would hide it, so that `plan` gets those that stay in the cage's data. */
function withoutHidden(plan: (inData: readonly Path[]) => ServicePlaces): ServicePlaces {
	const first = plan([]);
	const { directories } = first.writable;
	const hides = (above: Path, path: Path) => above !== path && isWithin(path, above) && !isMountableInside(path, above);
	const hidden = [...first.offered.directories, ...first.ownFiles]
		.filter(({ path }) => directories.some((one) => hides(one.path, path)))
		.map(({ isFile, path }) => (isFile ? parent(path) : path));
	return hidden.length ? plan(hidden) : first;
}

function allPermissions(
	{ additions, application, files, identity, rules, trace }: PlanInput,
	syslog: ReturnType<typeof planSyslog>,
	writable: Plan["writable"],
	/** Calls to services that the application's configuration or libraries name. */
	connections: readonly string[],
): Plan["permissions"] {
	const found = {
		capabilities: additions.flatMap((one) => (one.kind === "capability" ? [{ name: one.name, why: one.call }] : [])),
		opened: [
			...additions.flatMap((one) => (one.kind === "opening" ? [{ name: one.name, why: one.call }] : [])),
			...connections.map((why) => ({ name: "unixSockets" as const, why })),
		],
		...(syslog?.socket === undefined ? {} : { syslog: syslog.socket }),
		asksSyslog: syslog !== undefined,
	};
	const granted = planPermissions({ identity, trace, found, rules }, files);
	const calls = planCalls(application, rules, trace, additions, granted.capabilities);
	const executable = executableData(rules, writable, files);
	return { ...granted, ...(calls ? { calls } : {}), ...(executable.length ? { executableData: executable } : {}) };
}

/** Returns the mounts that hold the directories named by rules. noexec applies to a whole mount. */
function executableData({ allow, refuse }: Rules, writable: Plan["writable"], files: Files): Path[] {
	const mounts = outermost(writable.map(({ path }) => path));
	const named = executableIn(allow.filter((word) => !refuse.includes(word)));
	const places = named.map((text) => placeNamed(text, files));
	return mounts.filter((mount) => places.some((place) => isWithin(place, mount)));
}

/**
 * Returns the program, links resolved, if root starts it: root gains nothing from a setuid bit, so the file goes in without the
 * bit and without a question.
 */
function startedByRoot({ command }: Application, { uid }: Identity, files: Files): Path | undefined {
	return uid === 0 ? placeNamed(command[0] ?? "", files) : undefined;
}

/** The application may run its program again after it gave up root. On the host the setuid bit would give root back. */
function withoutBit(entries: readonly Entry[], program: Path | undefined, rules: Rules, files: Files): Plan["notes"] {
	return entries.flatMap(({ decision, path, risks }) =>
		path === program && decision === "include" && risks.includes("setuid") && !allows(rules, path, "setuid", files)
			? [{ code: "program-without-setuid", values: { path: showPath(path) } }]
			: [],
	);
}

function allows(rules: Rules, path: Path, risk: Risk, files: Files): boolean {
	const list = risk === "secret" ? rules.allowSecret : risk === "setuid" ? rules.allowSetuid : [];
	return list.some((text) => {
		const named = normalise(pathFromText(text));
		return (
			named === path || files.resolve(named) === path || (isWithin(path, named) && files.status(named)?.kind === "directory")
		);
	});
}

/**
 * Notes state in the program's directory: the cage would run a copy that the application can change, and cages execute nothing
 * from state.
 */
function besideProgram(writable: Plan["writable"], isOwn: (directory: Path) => boolean): Plan["notes"] {
	return writable.flatMap(({ path }) =>
		isOwn(path) ? [{ code: "writes-beside-program", values: { path: showPath(path) } }] : [],
	);
}

function notes({ command, network }: Application, trace: Trace, refused: readonly Path[]): Plan["notes"] {
	// An application that calls chroot(2) needs no advice about its own chroot option.
	const own = trace.chroots.size ? undefined : ownChroot(command);
	const toPort = network === "none" ? "talks-to-port-in-vain" : "talks-to-port";
	const abstract = [...trace.abstractSockets].map((name) => `@${showPath(name as Path)}`);
	return [
		...(own === undefined ? [] : [own]),
		...refused.map((path) => ({ code: "writes-system-directory", values: { path: showPath(path) } })),
		...peersOf(trace)
			.filter(({ address }) => address.startsWith("127."))
			.map(({ address, port }) => ({
				code: toPort,
				values: { port: address === loopbackAddress ? port : showPeer({ address, port }) },
			})),
		...[...trace.chroots].map((path) => ({ code: "chroots-itself", values: { path: showPath(path) } })),
		...(abstract.length ? [{ code: "abstract-sockets", values: { names: abstract.join(", ") } }] : []),
		...[...trace.gaps].sort().map((gap) => ({ code: `gap-${gap}`, values: {} })),
	];
}

function addIncluded(include: Rules["include"], files: Files, collector: EntryCollector): void {
	for (const value of include) {
		const found = expandInclude(value, files);
		if (!found.length) throw new Failure("include-matches-nothing", { value }, 2);
		for (const path of found) {
			if (!isByteCode(path) || isByteCode(pathFromText(value))) collector.add(path, { kind: "rule", rule: "include", value });
		}
	}
}

/** The launcher enters the working directory before the trace starts, and a program may look for its home only later. */
function addOwnDirectories({ cwd, env }: Application, files: Files, collector: EntryCollector): void {
	collector.add(normalise(pathFromText(cwd)), { kind: "launcher" });
	const home = normalise(pathFromText(env.HOME ?? "/"));
	if (files.status(placeOf(home, files))?.kind === "directory") collector.add(home, { kind: "launcher" });
}

function addTraced(input: PlanInput, isOwn: (directory: Path) => boolean, collector: EntryCollector): void {
	const { files, trace } = input;
	const isPassedOver = passedOver(input, isOwn);
	const generated: ReadonlySet<Path> = new Set(Object.values(generatedPaths));
	// Opened files come first, so that a mere stat(2) of the same file by another name does not exclude its content.
	const accesses = [...trace.accesses.values()].sort((a, b) => Number(isOnlyLooked(a)) - Number(isOnlyLooked(b)));
	for (const access of accesses) {
		const { failed, path, succeeded } = access;
		if (generated.has(path) || isByteCode(path) || isPassedOver(access)) continue;
		// A path that was only created, written or removed does not exist on the host or belongs to a writable directory.
		const used = [...succeeded].some((operation) => !changingOperations.has(operation));
		const found = failed.has("EEXIST") && files.status(placeOf(path, files))?.kind === "directory";
		if (used || found) collector.add(path, tracedReason(access), isOnlyLooked(access) ? "looked-at" : "used");
		else if (succeeded.size) collector.addWay(path, tracedReason(access));
	}
}
