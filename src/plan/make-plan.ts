import { omitUndefined } from "../base/collections.ts";
import type { Files } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { syslogName } from "../confine/places.ts";
import type { Application, Rules } from "../service/application.ts";
import { ownChroot } from "../service/daemons.ts";
import { loopbackAddress, peersOf, showPeer, type Trace } from "../trace/trace.ts";
import { planAccounts } from "./accounts.ts";
import { isInPlace } from "./binds.ts";
import { collectEntries, generatedPaths } from "./collect-entries.ts";
import { accountsIn, ownConfiguration } from "./configuration.ts";
import { canHoldDecoy, planDecoys } from "./decoys.ts";
import type { EntryCollector } from "./entries.ts";
import { socketNotes } from "./neighbours.ts";
import { planOffers } from "./offers.ts";
import { peerLine, planPeers } from "./peers.ts";
import { allows as allowsPermission, grantsOf, permissionWords, refuses } from "./permission-words.ts";
import type { Entry, Plan, PlanInput } from "./plan.ts";
import { allows, type PlanBasis, planBasis } from "./plan-basis.ts";
import { allPermissions } from "./plan-permissions.ts";
import { refusedNotes } from "./refused.ts";
import { declinedRisks, passwordNotes } from "./risks.ts";
import { type ServicePlaces, servicePlaces } from "./service-places.ts";
import { sessionNotes } from "./sessions.ts";
import { aloneNotes, siteNotes } from "./shared.ts";
import { addSyslog, planSyslog } from "./syslog.ts";
import { absentNotes, unprovenParts } from "./unproven.ts";
import type { planWritable } from "./writable.ts";

/**
 * Decides what goes into the cage. Deterministic: the same trace, rules and files give the same plan. Entries have no package
 * names yet, because asking for them takes a program; `planCage` adds them.
 */
export function makePlan(input: PlanInput): Plan {
	const { additions, application, identity, trace } = input;
	const basis = planBasis(input);
	const { excluded, files, trees } = basis;
	const places = servicePlaces(input, basis);
	const { company, published, rules, shared, writable } = places;
	const { collector, libraries } = collectEntries(input, basis, places);
	const accounts = addAccounts(input, basis, places, collector);
	const syslog = planSyslog(
		trace,
		{ include: rules.include, allowed: allowsPermission(rules, permissionWords.syslog) },
		files,
		(path) => excluded(path) !== undefined || (path === syslogName && refuses(rules, permissionWords.syslog)),
	);
	if (syslog) addSyslog(syslog, collector);
	const decoys = planDecoys(rules.decoys, trace, (path) => canHoldDecoy(path) && collector.mayAddDecoy(path));
	for (const { path, value } of decoys.places) collector.addDecoy(path, { kind: "rule", rule: "decoys", value });
	const connections = company.neighbours.map(({ path }) => `connect ${showPath(path)}`);
	const permissions = allPermissions({ ...input, files, rules }, syslog, writable.directories, connections);
	const entries = collector.entries();
	return {
		application,
		rules,
		identity,
		entries,
		writable: writable.directories,
		...omitUndefined({ stateInPlace: writable.inPlace }),
		shared,
		offeredSockets: published.sockets,
		pidFiles: published.pidFiles,
		allowedBinds: places.allowedBinds,
		offers: planOffers({ entries, writable: copiedOf(writable), libraries, trees }, files),
		accounts,
		permissions,
		grants: grantsOf(permissions, { trace, additions, allowed: rules.allow, company: connections }),
		declined: declinedRisks(entries, excluded),
		notes: input.withNotes === false ? [] : planNotes(input, basis, places, { entries, syslog, decoys }),
	};
}

/** Plans the cage's accounts and those of its clients, and adds the files that name them. */
function addAccounts(
	input: PlanInput,
	{ files }: PlanBasis,
	{ published, rules, writable }: ServicePlaces,
	collector: EntryCollector,
): Plan["accounts"] {
	const { additions, identity, trace } = input;
	const {
		accounts: own,
		group,
		nsswitch,
		passwd,
	} = planAccounts({
		identity,
		trace,
		rules,
		users: input.users,
		groups: input.groups,
		writable: writable.directories,
		lookedUp: additions.flatMap((one) => (one.kind === "account" ? [one.name] : [])),
		configured: ownConfiguration(input.application, trace, files).flatMap(({ lines }) => lines.flatMap(accountsIn)),
	});
	const peers = planPeers({
		trace,
		files,
		rules,
		users: input.users,
		known: own.users,
		active: input.activeAccounts ?? [],
		command: input.application.command,
		sockets: published.sockets,
	});
	collector.addGenerated(generatedPaths.passwd, passwd + peers.map(peerLine).join(""), { kind: "account" });
	collector.addGenerated(generatedPaths.group, group, { kind: "account" });
	collector.addGenerated(generatedPaths.nsswitch, nsswitch, { kind: "account" });
	if (files.status(generatedPaths.loaderCache)) collector.addGenerated(generatedPaths.loaderCache, "", { kind: "loader-cache" });
	return peers.length ? { ...own, peers, usersLeftOut: own.usersLeftOut - peers.length } : own;
}

/** The writable directories that start with a copy. */
function copiedOf({ directories, inPlace = [] }: ReturnType<typeof planWritable>): Plan["writable"] {
	return directories.filter(({ path }) => !isInPlace(path, { inPlace }));
}

interface NotedParts {
	readonly entries: readonly Entry[];
	readonly syslog: ReturnType<typeof planSyslog>;
	readonly decoys: ReturnType<typeof planDecoys>;
}

function startIdentity({ application, identity }: PlanInput) {
	return { isRoot: identity.uid === 0, ...omitUndefined({ granted: application.service?.capabilities }) };
}

/** What the administrator should know about a plan. */
function planNotes(
	input: PlanInput,
	basis: PlanBasis,
	places: ServicePlaces,
	{ decoys, entries, syslog }: NotedParts,
): Plan["notes"] {
	const { application, trace } = input;
	const { asked, excluded, files, isOwn, program, unseen } = basis;
	const { binds, company, offered, policy, published, rules, shared, sharing, writable, writablePaths } = places;
	return [
		...(input.notes ?? []),
		...ofTrace(application, trace, writable.refused),
		...refusedNotes(trace, rules, startIdentity(input)),
		...besideProgram(writable.directories, isOwn),
		...withoutBit(entries, program, asked, files),
		...unprovenParts({
			command: application.command,
			trace,
			files,
			rules,
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
		...aloneNotes(shared),
		...company.notes,
		...siteNotes(sharing, shared),
	];
}

function ofTrace({ command, network }: Application, trace: Trace, refused: readonly Path[]): Plan["notes"] {
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

/**
 * Notes state in the program's directory: the cage would run a copy that the application can change, and cages execute nothing
 * from state.
 */
function besideProgram(writable: Plan["writable"], isOwn: (directory: Path) => boolean): Plan["notes"] {
	return writable.flatMap(({ path }) =>
		isOwn(path) ? [{ code: "writes-beside-program", values: { path: showPath(path) } }] : [],
	);
}

/** The application may run its program again after it gave up root. On the host the setuid bit would give root back. */
function withoutBit(entries: readonly Entry[], program: Path | undefined, rules: Rules, files: Files): Plan["notes"] {
	return entries.flatMap(({ decision, path, risks }) =>
		path === program && decision === "include" && risks.includes("setuid") && !allows(rules, path, "setuid", files)
			? [{ code: "program-without-setuid", values: { path: showPath(path) } }]
			: [],
	);
}
