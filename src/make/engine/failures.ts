import { omitUndefined } from "../../base/collections.ts";
import type { Store } from "../../base/engine/store.ts";
import { Failure } from "../../base/failure.ts";
import { type Files, type Identity, permits, type Right } from "../../base/machine/facts.ts";
import { baseName, type Path, parent, pathFromText, pathToText } from "../../base/path/path.ts";
import { quoteShellLine, showPath } from "../../base/path/quote.ts";
import type { OwnAccount } from "../../base/ports.ts";
import { withoutTrailing } from "../../base/text.ts";
import { isGrantable, isIdle } from "../../confine/capabilities.ts";
import { remedyOption } from "../../options/trial-decisions.ts";
import { isMountedByLauncher } from "../../plan/areas.ts";
import { errorTexts, type Missing, needsConsent, permissionFor, permissionOf } from "../../plan/missing.ts";
import { optionFor } from "../../plan/neighbours.ts";
import { executableWord, permissionWords } from "../../plan/permission-words.ts";
import type { Entry, Plan, Reason } from "../../plan/plan.ts";
import {
	capabilityOptions,
	lackedCapabilities,
	lastRefusal,
	lastRefusedWrite,
	refusedCalls,
	refusedCapabilities,
	refusedSettings,
	refusedSocketFamilies,
} from "../../plan/refused.ts";
import { type LeftOut, optionsToInclude } from "../../plan/risks.ts";
import { probeCannotRun } from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import type { Application } from "../../service/application.ts";
import { errorText, isErrorOutput, shortened } from "../../service/error-text.ts";
import { boundUnixSockets, unixSocketTable } from "../../service/unix-socket-table.ts";
import type { TraceResult } from "../../trace/engine/trace.ts";
import { type Access, type Operation, showPeer, type Trace, unreachablePeers } from "../../trace/trace.ts";
import type { TrialRound } from "./trial.ts";

interface StartFacts {
	readonly account?: Identity;
	/** Capabilities that its unit gives its account. */
	readonly granted?: readonly string[] | undefined;
	readonly cwd?: string;
	readonly own?: OwnAccount | undefined;
	readonly sockets?: readonly Path[];
	/** It ran on the host itself, without the sandbox. */
	readonly isOnHost?: boolean;
	/** Its service, if that works on this host. Then neither the command nor the configuration is at fault. */
	readonly service?: string | undefined;
}

/**
 * Why an application could not be traced: what `probeCannotRun` returns; `port-needs-root` (exit 3) for a port that needs root; otherwise exit 1:
 * `not-answered…`, `ended-itself` if it ended without an error, `failed-…` if it failed. `sockets` are host sockets
 * that it asked for and may not reach; `account` is what it starts as, in the directory `cwd`.
 */
export function startFailure(
	commandWords: readonly string[],
	result: TraceResult,
	files: Files,
	{ account, cwd = "/", granted, isOnHost = false, own, service, sockets = [] }: StartFacts = {},
): Failure {
	const stopped = probeCannotRun(result.probes);
	if (stopped) return stopped;
	const command = showProbe(quoteShellLine(commandWords));
	const { ended: status, lastFailed, output, trace } = result;
	const last = lastFailed && lastRefusal(trace, lastFailed);
	const neverPermitted = [...refusedCalls(trace).map(({ call }) => `${call}()`), ...refusedSocketFamilies(trace)];
	// Earlier ones did not stop it.
	const calls = neverPermitted.filter((call) => lastFailed === undefined || call === last?.what).join(", ");
	const away = [...unreachablePeers(trace).map(showPeer), ...(isOnHost ? [] : refusedAbstractSockets(trace, files))];
	const where = {
		...(away.length ? { away: away.slice(0, mostAddresses).join(", ") } : {}),
		...(last ? { refused: `${last.what} (${last.error})` } : {}),
		...omitUndefined({ service }),
	};
	const [port] = trace.refusedPorts;
	if (own && port !== undefined) {
		return new Failure("port-needs-root", { command, port, user: own.name, lowest: own.lowestPort }, 3);
	}
	if (status === undefined) {
		const probe = result.probes.find((one) => !one.ok);
		const ports = [...trace.ports].join(", ");
		const said = { command, probe: showProbe(probe?.command ?? ""), words: wordsOf(output, probe?.output) };
		const values = ports ? { ...said, ports } : said;
		const withheld = capabilityFailure(refusedCapabilities(trace), values);
		if (withheld) return withheld;
		if (calls) return new Failure("not-answered-refused", { ...values, calls }, 1);
		if (sockets.length) return new Failure("not-answered-unreachable", { ...values, ...unreachable(sockets) }, 1);
		return new Failure(isOnHost ? "not-answered-on-host" : "not-answered-in-sandbox", { ...values, ...where }, 1);
	}
	const seen = isOnHost ? {} : omitUndefined({ processes: processLister(trace) });
	const values = { command, status, words: withoutTrailing(errorText(output), ". "), ...seen };
	if (status === 0 && !isErrorOutput(output)) {
		const settings = settingsFor(commandWords, trace).map(showPath).join(", ");
		return new Failure("ended-itself", settings ? { ...values, settings } : values, 1);
	}
	const unusable = account ? unusablePlaces({ command: commandWords, cwd }, account, { output, trace }, files) : [];
	if (account && unusable.length) {
		const shown = (use: UnusablePlace["use"]) =>
			[...new Set(unusable.filter((one) => one.use === use).map(({ path }) => showPath(path)))].join(", ");
		const places = { enter: shown("enter"), execute: shown("execute"), read: shown("read") };
		const code = own ? "failed-unusable-rootless" : "failed-unusable";
		return new Failure(code, { ...values, ...places, user: account.name }, 1);
	}
	const refused = lastRefusedWrite(trace, files, lastFailed);
	if (refused) {
		const { directory, error, path } = refused;
		const places = { path: showPath(path), error, directory: showPath(directory) };
		return new Failure("failed-on-host-writing", { ...values, ...places }, 1);
	}
	const settings = refusedSettings(trace).map(showPath);
	if (settings.some((path) => output.includes(path)) || (settings.length && output.includes(errorTexts.EROFS ?? "\0"))) {
		return new Failure("failed-kernel-settings", { ...values, paths: settings.slice(0, mostAddresses).join(", ") }, 1);
	}
	const capabilities = lackedCapabilities(trace, { isRoot: account?.uid === 0, ...omitUndefined({ granted }) });
	const withheld = capabilityFailure(capabilities, values);
	if (withheld) return withheld;
	if (calls) return new Failure("failed-refused", { ...values, calls }, 1);
	if (sockets.length) return new Failure("failed-unreachable", { ...values, ...unreachable(sockets) }, 1);
	if (!isOnHost) {
		const works = !away.length ? "failed-only-in-sandbox" : "failed-without-machine";
		return new Failure(service === undefined ? "failed-in-sandbox" : works, { ...values, ...where }, 1);
	}
	return new Failure(values.words === "" ? "failed-on-host-silent" : "failed-on-host", values, 1);
}

function capabilityFailure(names: readonly string[], values: Failure["values"]): Failure | undefined {
	const never = names.filter((name) => !isGrantable(name));
	if (never.length) return new Failure("failed-machine-capabilities", { ...values, names: never.join(", ") }, 1);
	if (!names.length) return undefined;
	return new Failure("failed-capabilities", { ...values, names: names.join(", "), option: capabilityOptions(names) }, 1);
}

/** Returns the abstract sockets that it asked and on which a service of this host listens, e.g. `@cmap`. */
function refusedAbstractSockets({ refusedAbstract }: Trace, files: Files): string[] {
	if (!refusedAbstract.size) return [];
	const table = files.read(pathFromText(unixSocketTable))?.toString("latin1") ?? "";
	const offered = new Set(boundUnixSockets(table).flatMap(({ isOffered, name }) => (isOffered ? name : [])));
	const asked = [...refusedAbstract].filter((name) => offered.has(`@${name.replaceAll("\0", "@")}`));
	// A name that fills its address ends with NULs (unix(7)).
	return asked.map((name) => `@${showPath(name.replace(/\0+$/, "") as Path)}`);
}

/** Returns a program that listed the machine's processes, of which a sandbox shows only its own. */
function processLister({ accesses }: Trace): string | undefined {
	const listed = accesses.get(pathFromText("/proc"));
	const [program] = listed?.succeeded.has("list") ? listed.programs : [];
	return program && showPath(program);
}

/** Where Debian and Red Hat keep the settings of a service's start, which may switch it off. */
const settingsFolders = ["/etc/default", "/etc/sysconfig"];

/** Returns the settings files named after a word of the command that it read. */
function settingsFor(commandWords: readonly string[], { accesses }: Trace): Path[] {
	const names = new Set(commandWords.map((word) => baseName(pathFromText(word))));
	return [...accesses.values()].flatMap(({ path, succeeded }) =>
		settingsFolders.includes(parent(path)) && names.has(baseName(path)) && succeeded.has("read") ? [path] : [],
	);
}

/**
 * Whether it used something of the host that only one process can have, and its service may have: a name of another service, such as
 * D-Bus, which it asked for at its socket.
 */
export function usesHostService({ accesses }: Trace): boolean {
	return [...accesses.values()].some(({ succeeded }) => succeeded.has("connect"));
}

const unreachable = (sockets: readonly Path[]) => ({
	paths: sockets.map(showPath).join(", "),
	options: sockets.map(optionFor).join(" "),
});

/**
 * Why an application does not answer in its cage. Exit 4 if something was left out or refused deliberately: `needs-declined`,
 * `may-need-declined`, `needs-closed-directory`, `needs-account`, `needs-refused`. Exit 1 otherwise: `needs-capabilities` for those
 * it may only keep, `needs-kernel-files` if it names one that no cage shows, `exercise-fails-in-cage` if it only fails an exercise,
 * `not-answered-in-cage…` with what is missing.
 */
export function trialFailure(
	name: string,
	round: TrialRound,
	plan: LeftOut & Partial<Pick<Plan, "notes">> = { declined: [], entries: [] },
): Failure {
	const probe = round.probes.find((one) => !one.ok);
	const exercise = probe ? undefined : round.failedExercises.find((one) => !signalName.test(one));
	const words = wordsOf(round.output, probe?.output ?? round.exerciseOutput);
	const values = { name, probe: showProbe(probe?.command ?? exercise ?? ""), words };
	const pathsOf = (missing: readonly Missing[]) => missing.map(placeOrCall).join(", ");
	const refused = round.missing.filter((one) => one.declined && permissionOf(one) !== undefined);
	if (refused.length) {
		const options = [...new Set(refused.map((one) => `--refuse ${permissionOf(one)}`))].join(", ");
		return new Failure("needs-refused", { ...values, permissions: pathsOf(refused), options }, 4);
	}
	const executed = round.missing.filter(({ executes }) => executes !== undefined);
	const executing = executed.flatMap(({ executes }) => (executes ? `--allow ${executableWord(executes)}` : []));
	const declined = round.missing.filter((one) => one.declined && one.path !== undefined);
	if (declined.length) {
		// The application stopped at the first one. The message names all that it opened, so that one more try is enough.
		const opened = plan.entries.filter(wasOpened).map(({ path }) => path);
		const options = (path: Path) => optionsToInclude(path, plan);
		const others = opened.filter((path) => options(path).length && !declined.some((one) => one.path === path));
		const allowing = [...new Set([...declined.flatMap(({ path }) => path ?? []), ...others].flatMap(options))];
		const paths = [pathsOf(declined), ...others.map(showPath)].join(", ");
		const code = executed.length ? "needs-declined-executing" : allowing.length ? "needs-declined" : "needs-excluded";
		return new Failure(code, { ...values, paths, options: [...allowing, ...executing].join(" ") }, 4);
	}
	const accounts = round.missing.filter((one) => one.declined && one.kind === "account");
	if (accounts.length) return new Failure("needs-account", { ...values, accounts: pathsOf(accounts) }, 4);
	const unseen = round.missing.filter((one) => one.unseen && permissionOf(one) !== undefined);
	// The sandbox only pretended that these calls succeed, so the trace could not see the need.
	const idle = new Set(unseen.flatMap(({ remedy }) => (remedy?.kind === "capability" && isIdle(remedy.name) ? remedy.name : [])));
	if (idle.size) {
		return new Failure("needs-capabilities", { ...values, names: [...idle].join(", "), option: capabilityOptions([...idle]) }, 1);
	}
	const consents = unseen.flatMap(({ remedy }) => (remedy?.kind === "opening" && needsConsent(remedy.name) ? remedy.name : []));
	if (consents.length) {
		const options = [...new Set(unseen.map((one) => `--allow ${permissionOf(one)}`))].join(" ");
		const meaning = Object.fromEntries(consents.map((consent) => [consent, " "]));
		return new Failure("needs-consent", { ...values, calls: pathsOf(unseen), options, ...meaning }, 4);
	}
	if (unseen.length) {
		const options = [...new Set(unseen.map((one) => `--allow ${permissionOf(one)}`))].join(" ");
		return new Failure("needs-unseen", { ...values, calls: pathsOf(unseen), options }, 1);
	}
	if (executed.length) {
		return new Failure("needs-executable-data", { ...values, paths: pathsOf(executed), options: executing.join(" ") }, 1);
	}
	const kernel = round.missing.filter((one) => one.kind === "kernel-file" && !one.remedy && words.includes(placeOrCall(one)));
	if (kernel.length) {
		const asked = [...kernel.flatMap(({ path }) => path ?? []), ...(round.kernelFiles ?? [])];
		const options = new Set(asked.map((path) => `--allow ${permissionWords[permissionFor(path)]}`));
		return new Failure("needs-kernel-files", { ...values, paths: pathsOf(kernel), options: [...options].join(" ") }, 1);
	}
	const signals = round.failedExercises.filter((one) => signalName.test(one));
	if (!probe && signals.length) return new Failure("not-answered-after-signal", { ...values, signals: signals.join(", ") }, 1);
	const likely = round.missing.filter(({ importance }) => importance?.level !== "noise");
	const stopped = likely.length ? undefined : probeCannotRun(round.probes);
	if (stopped) return stopped;
	const missing = likely.slice(0, 3).map((one) => {
		const option = one.unseen ? remedyOption(one) : undefined;
		return `${placeOrCall(one)} (${one.error}${option === undefined ? "" : `; ${option}`})`;
	});
	const named = missing.length ? { missing: missing.join(", ") } : {};
	if (exercise !== undefined) return new Failure("exercise-fails-in-cage", { ...values, ...named }, 1);
	const closed = closedDirectories(round.missing, plan.notes ?? []);
	if (closed.length && likely.every(({ kind }) => kind === "read-only")) {
		return new Failure("needs-closed-directory", { ...values, paths: closed.map(showPath).join(", ") }, 4);
	}
	const unread = plan.entries.filter(({ decision, reasons }) => decision === "declined" && reasons.some(mayBeUsed));
	const allowing = likely.length ? [] : unread.flatMap(({ path }) => optionsToInclude(path, plan));
	if (allowing.length) {
		const paths = unread.map(({ path }) => showPath(path)).join(", ");
		return new Failure("may-need-declined", { ...values, paths, options: allowing.join(" ") }, 4);
	}
	const ending = words === "" ? "-silent" : "";
	if (!likely.length) return new Failure(`not-answered-in-cage-nothing-missing${ending}`, values, 1);
	return new Failure(`not-answered-in-cage${ending}`, { ...values, ...named }, 1);
}

/** Returns the directories in which something could not be written and that no cage may open. */
function closedDirectories(missing: readonly Missing[], notes: Plan["notes"]): Path[] {
	const refused = new Set(notes.flatMap(({ code, values }) => (code === "writes-system-directory" ? values.path : [])));
	const written = missing.flatMap(({ kind, path }) => (kind === "read-only" && path !== undefined ? [parent(path)] : []));
	return [...new Set(written)].filter((directory) => refused.has(showPath(directory)));
}

/** Signals are among the exercises. */
const signalName = /^SIG[A-Z]/;

const mayBeUsed = ({ kind }: Reason) => kind === "may-use";

const wasOpened = ({ decision, reasons }: Entry) =>
	decision === "declined" &&
	reasons.some((reason) => reason.kind === "traced" && reason.calls.some((call) => /^(open|exec)/.test(call)));

const placeOrCall = ({ call, path }: Missing) => (path === undefined ? call : showPath(path));

/** Bytes; less is not enough to write anything. */
const leastFree = 65_536;

/**
 * Replaces a failure by `not-answered-disk-full` (exit 1) if the state folder's disk is full, because an application that cannot
 * write fails in arbitrary ways.
 */
export async function orDiskFull(store: Pick<Store, "place">, name: string, failure: Failure): Promise<Failure> {
	const { folder, free } = await store.place(name);
	return free < leastFree ? new Failure("not-answered-disk-full", { name, path: folder }, 1, failure) : failure;
}

/** Ignores a full disk while storing details of a failure, so that it does not hide the failure. */
export async function ignoreFullDisk(writing: Promise<unknown>): Promise<void> {
	await writing.catch((error: unknown) => {
		if (!(error instanceof Failure) || error.code !== "disk-full") throw error;
	});
}

/** A failure names only some addresses, because a client may try many. */
const mostAddresses = 3;

/** Messages that only repeat that nobody answered. */
const noAnswer = /ECONNREFUSED|connection refused|failed to connect|couldn't connect|no answer|timed? ?out/i;

/** Characters of each program's words in a failure, which is one readable line. */
const mostWords = 140;

/** The application's complaint and its answer to the probe. Other output counts only without an answer. */
function wordsOf(output: string, probe = ""): string {
	const answer = errorText(probe);
	const telling = answer === "" || noAnswer.test(answer) ? [] : [answer];
	const own = errorText(output);
	const said = own !== "" && (isErrorOutput(output) || !telling.length) ? [own] : [];
	const parts = new Set([...said, ...telling].map((one) => shortened(one, mostWords)));
	return withoutTrailing([...parts].join(" / ") || shortened(answer, mostWords), ". ");
}

/** What an account may not do with a place that the start of an application needs. */
interface UnusablePlace {
	readonly path: Path;
	readonly use: Right;
}

/**
 * Returns the places that explain why an application ended at its start: its working directory, its program, the files that its
 * command names, and what the trace saw refused (EACCES) and its output names. Without output, the last refused one counts. Modes
 * are only asked about what the trace cannot show, because the application did not even begin. Access control lists and root's
 * capabilities may permit more, so this only explains a failure.
 */
function unusablePlaces(
	{ command, cwd }: Pick<Application, "command" | "cwd">,
	account: Pick<Identity, "uid" | "gid" | "groups">,
	{ output, trace }: { readonly output: string; readonly trace: Pick<Trace, "accesses"> },
	files: Files,
): UnusablePlace[] {
	const refused = [...trace.accesses.values()].filter(isRefused);
	const words = command.slice(1).flatMap((word) => /(?:^|=)(\/.*)$/s.exec(word)?.[1] ?? []);
	const named = refused.filter(
		({ path }) => words.includes(pathToText(path) ?? path) || output.includes(pathToText(path) ?? path),
	);
	const explained = named.length || output.trim() !== "" ? named : refused.slice(-1);
	const found = explained.map(({ failed, path }) => ({ path, use: useOf(failed.get("EACCES")) }));
	const hasBegun = [...trace.accesses.values()].some(({ succeeded }) => succeeded.size > 0);
	if (hasBegun || account.uid === 0) return found;
	const [program = ""] = command;
	const needed: UnusablePlace[] = [
		{ path: pathFromText(cwd), use: "enter" },
		...(program.startsWith("/") ? [{ path: pathFromText(program), use: "execute" } as const] : []),
		...words.map((word) => ({ path: pathFromText(word), use: "read" }) as const),
	];
	return needed.filter(({ path, use }) => !permits(path, use, account, files));
}

function isRefused({ failed, path, succeeded }: Access): boolean {
	const operations = failed.get("EACCES");
	return (
		operations !== undefined &&
		!succeeded.size &&
		!isMountedByLauncher(path) &&
		[...operations].some((one) => readingOperations.has(one))
	);
}

const readingOperations: ReadonlySet<Operation> = new Set<Operation>(["read", "look", "list", "enter", "execute"]);

function useOf(operations: ReadonlySet<Operation> = new Set()): UnusablePlace["use"] {
	if (operations.has("enter")) return "enter";
	return operations.has("execute") && !operations.has("read") ? "execute" : "read";
}
