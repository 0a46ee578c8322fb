import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, type Path, pathFromText } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import { knownCage, layoutOf, presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import { type Layer, layers } from "../../confine/method.ts";
import {
	attemptsProgram,
	coveredKernelFiles,
	coveredSysDirectories,
	launchDirectory,
	temporaryDirectories,
} from "../../confine/places.ts";
import type { ObservedProcess } from "../../confine/seccomp/observed-calls.ts";
import { launchRequest } from "../../launch/engine/run.ts";
import type { CageLayout, LaunchRequest, Sandbox } from "../../launch/ports.ts";
import { writableBinds } from "../../plan/binds.ts";
import { credentialsDirectory, notifySocket, serviceOf, withoutCommands } from "../../service/service-settings.ts";
import { attemptsArguments, type BystanderFacts, type Target } from "../escape-arguments.ts";
import { type Attempt, escapes, outcomesOf, parseAttempts, unproven } from "../outcomes.ts";
import { auditOutside, type ExpectedProcess } from "../outside.ts";
import { allTechniques } from "../techniques.ts";
import { type Selftest, type SelftestOutcome, storedResults, summariseSelftest } from "../verdict.ts";
import { listenIfComplete, measureAlarmsSlowly } from "./alarm-coverage.ts";
import { expectedOfUnit, requireUnit, testedUnit, tryUnderUnit, type UnderUnit } from "./unit-selftest.ts";

/** Seconds for all techniques. An idle machine needs a third of one, an emulated machine up to 40. */
const timeoutSeconds = 120;

export interface SelftestOptions {
	/** Overrides the cage's own network. */
	readonly network?: "host" | "none";
	/** Layers that the tested launch omits. Only tests of the self-test use it. */
	readonly without?: readonly Layer[];
	/** Also measures which techniques raise an alarm. That takes two minutes where `AlarmListener` is incomplete. */
	readonly alarms?: "if-fast" | "always";
	/** Runs as a systemd service instead of via the launcher. */
	readonly unit?: UnderUnit;
}

/**
 * Runs the escape techniques inside the present generation, launched like the application. Throws `selftest-blind` (exit 70) if a
 * launch without any layer cannot escape either: a broken test must not look like a safe cage.
 */
export async function selftestCage(context: Context, name: string, options: SelftestOptions = {}): Promise<Selftest> {
	const present = await presentCage(context, name);
	if (options.unit) requireUnit(context, present);
	const { cage, manifest } = present;
	const test = await testCage(context, cage, manifest, options);
	if (options.alarms) await saveAlarms(context, name, test, manifest.generation);
	return test;
}

/** For the record. A failure is a warning, because the result is worth more than its place in the record. */
async function saveAlarms(context: Context, name: string, test: Selftest, generation: number): Promise<void> {
	const { now, store } = context.machine;
	const { alarms } = storedResults(test, new Date(now()).toISOString(), generation);
	if (!alarms) return;
	try {
		await using _lock = await store.lock(name);
		const cage = await knownCage(store, name);
		await store.saveCage({ ...cage, alarms });
		const { filtered, raised } = alarms;
		await store.log(name, "alarms-measured", { generation, filtered, raised });
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		context.emit({ event: "warned", code: error.code, values: error.values });
	}
}

/** Failures of the test itself, which say nothing about the cage. */
const testFailures = new Set(["selftest-blind", "selftest-broken", "launch-failed", "no-launcher"]);

/**
 * The self-test as the last step of a trial. If it cannot run, a warning explains why and the result is empty: the record then says
 * that the techniques were not tried.
 */
export async function selftestStep(
	context: Context,
	cage: Cage,
	manifest: Manifest,
): Promise<Partial<ReturnType<typeof storedResults>>> {
	const tested = await selftestIfPossible(context, cage, manifest);
	const at = new Date(context.machine.now()).toISOString();
	if (tested.test) return storedResults(tested.test, at, manifest.generation);
	context.emit({ event: "warned", ...tested.untried });
	return {};
}

/** The test's result, or why it could not run. On a busy machine a test may fail by itself, so it gets a second try. */
export async function selftestIfPossible(context: Context, cage: Cage, manifest: Manifest): Promise<SelftestOutcome> {
	context.emit({ event: "selftest-started" });
	const first = await testOnce(context, cage, manifest);
	return first.test ? first : await testOnce(context, cage, manifest);
}

async function testOnce(context: Context, cage: Cage, manifest: Manifest): Promise<SelftestOutcome> {
	try {
		const test = await testCage(context, cage, manifest, { alarms: "if-fast" });
		const { escaped, openByDesign, tried } = summariseSelftest(test, "");
		context.emit({ event: "selftest-finished", tried, escaped, openByDesign });
		return { test };
	} catch (error) {
		if (!(error instanceof Failure) || !testFailures.has(error.code)) throw error;
		return { untried: { code: error.code, values: error.values } };
	}
}

async function testCage(context: Context, cage: Cage, manifest: Manifest, options: SelftestOptions = {}): Promise<Selftest> {
	const { now, selftest, store } = context.machine;
	const started = now();
	const layout = layoutOf(store, manifest, cage);
	await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [] });
	// The test does not need the application's sockets, and would report them as leaked descriptors.
	const { service = {}, sockets: _, ...plain } = launchRequest({ cage, manifest, layout, generation: manifest.generation });
	const request = { ...plain, ...serviceOf({ service: withoutCommands(service) }) };
	const network = options.network ?? request.network;
	const method = launchMethod(context, false);
	const { weaker } = method;
	await using bystander = await selftest.bystander(manifest.identity);
	const { token } = bystander.facts;
	await using listener = options.alarms ? await listenIfComplete(context, token) : undefined;
	const commandOf = (how: Parameters<typeof attemptsArguments>[1], changed = request) => [
		attemptsProgram,
		...attemptsArguments(targetOf(context, layout, changed, bystander.facts), how),
	];
	const launchOf = (sandbox: Sandbox, command: readonly string[]): LaunchRequest => ({
		...request,
		network,
		launch: { kind: "cage", cage: layout, sandbox },
		command,
		hostFiles: [selftest.program()],
		names: [baseName(attemptsProgram)],
		signal: context.signal,
	});
	let launch = 0;
	const start = async (change: Partial<LaunchRequest>, spare: boolean) => {
		const number = ++launch;
		await using sandbox = await context.machine.launcher.createSandbox();
		const command = commandOf({ spare }, { ...request, ...change });
		return await runTechniques(context, layout, { ...launchOf(sandbox, command), ...change }, (tried) =>
			context.emit({ event: "ways-tried", launch: number, launches: 3, tried, ways: allTechniques.length }),
		);
	};
	const runUnderUnit = (unit: UnderUnit) => {
		const present = { cage, manifest, layout, generation: manifest.generation };
		const command = commandOf({ spare: false });
		const inNetwork = network === "none" ? "none" : "host";
		return tryUnderUnit(context, present, unit, { command, network: inNetwork, timeoutSeconds });
	};
	const measureSlowly = async (attempts: ReadonlyMap<string, Attempt>) => {
		await using sandbox = await context.machine.launcher.createSandbox();
		return await measureAlarmsSlowly(context, token, launchOf(sandbox, commandOf({ isGated: true })), attempts);
	};
	// Runs as root without any layer except chroot.
	const control = () => start({ identity: bareRoot, network: "host", without: layers }, true);
	const before = await control();
	const real = options.unit
		? await runUnderUnit(options.unit)
		: await start({ ...omitUndefined({ without: options.without }) }, false);
	const after = await control();
	const blind = [...new Set([...unproven(before.attempts), ...unproven(after.attempts)])];
	if (blind.length) throw new Failure("selftest-blind", { groups: blind.join(", ") }, 70);
	const outcomes = outcomesOf(real.attempts, { permissions: layout.permissions, network, weaker, landlock: method.landlock });
	const endless = outcomes.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
	if (endless.length) throw new Failure("selftest-broken", { detail: endless.join(", ") }, 70);
	const inForce = expected(request, network, layout);
	const alarms = listener?.isComplete
		? await listener.coverage(real.attempts)
		: options.alarms === "always"
			? await measureSlowly(real.attempts)
			: undefined;
	if (!alarms && (listener?.isComplete || options.alarms === "always"))
		context.emit({ event: "warned", code: "alarms-unrecorded", values: {} });
	return {
		...omitUndefined({ alarms }),
		...(options.unit ? { unit: testedUnit(context, cage.name, options.unit) } : {}),
		network,
		ways: outcomes,
		audit: auditOutside(
			withoutBystander(real.seen, bystander.facts.pid),
			options.unit ? expectedOfUnit(context, inForce, layout, manifest) : inForce,
		),
		control: { before: escapes(before.attempts), after: escapes(after.attempts) },
		seconds: Math.round((now() - started) / 10) / 100,
	};
}

const withoutBystander = (seen: ObservedProcess, pid: number) => ({
	...seen,
	sameAccount: seen.sameAccount.filter((one) => one !== pid),
});

const bareRoot = { name: "root", uid: 0, gid: 0, groups: [], home: "/" };

/**
 * Launches the techniques once. `onTried` gets the number of those that have ended. Throws `selftest-broken` (exit 70) if they do not
 * finish.
 */
async function runTechniques(
	context: Context,
	cage: CageLayout,
	request: LaunchRequest,
	onTried: (tried: number) => void,
): Promise<{ attempts: ReadonlyMap<string, Attempt>; seen: ObservedProcess }> {
	const { launcher, now, sleep } = context.machine;
	let output = "";
	const launched = await launcher.start({
		...request,
		onOutput: (chunk) => {
			output += Buffer.from(chunk).toString("latin1");
		},
	});
	let over = false;
	void launched.ended.then(() => {
		over = true;
	});
	const deadline = now() + timeoutSeconds * 1000;
	let seen: ObservedProcess | undefined;
	try {
		for (let tried = 0; !over && now() < deadline; await sleep(10, context.signal)) {
			const { done, attempts } = parseAttempts(output);
			if (attempts.size > tried) onTried(attempts.size);
			tried = attempts.size;
			if (done) break;
		}
		// A process that ends right now can hide its siblings from a reader of /proc/PID/task/TID/children
		// (proc_pid_task(5)).
		for (let again = 0; !seen && !over && again < 1000; again++) {
			if (again) await sleep(10, context.signal);
			seen = launched.observe(cage.root);
		}
	} finally {
		await launched.stop(1);
	}
	const { done, attempts } = parseAttempts(output);
	if (!done || !seen) throw new Failure("selftest-broken", { detail: output.trim().split("\n").at(-1)?.slice(-200) ?? "" }, 70);
	return { attempts, seen };
}

function targetOf({ machine }: Context, cage: CageLayout, request: LaunchRequest, bystander: BystanderFacts): Target {
	const { disk, identity: host } = machine.selftest.hostRoot();
	return {
		host,
		disk,
		bystander,
		unplanned: unlikelyPorts.find((port) => !cage.permissions.tcpPorts?.includes(port)) ?? 0,
		// The audit from outside reports an unexpected PWD.
		environment: [...variablesOf(request), "PWD"],
		writable: [...writableIn(cage), ...temporaryDirectories, pathFromText("/dev/shm")],
		shared: cage.binds.filter(({ access, isSocket }) => access === "ro" && !isSocket).map(({ path }) => pathFromText(path)),
	};
}

/** Ports of no common service; a self-test binds one for a moment. */
const unlikelyPorts = Array.from({ length: 100 }, (_, index) => 4444 + index);

function writableIn(cage: CageLayout): Path[] {
	return [...cage.writable, ...writableBinds(cage.binds)];
}

/** The names of the variables that the application finds. */
function variablesOf({ env, service }: LaunchRequest): string[] {
	return [...Object.keys(env), ...(service?.notifies ? ["NOTIFY_SOCKET", "WATCHDOG_USEC"] : [])];
}

/** Mounts of every cage. */
const alwaysMounted = ["/", "/dev", "/dev/shm", "/dev/log", "/proc"];

/** The layers that a launch of this request leaves in force. */
function expected(request: LaunchRequest, network: "host" | "own" | "none", cage: CageLayout): ExpectedProcess {
	const devices = cage.devices.map(({ path }) => path);
	return {
		capabilities: cage.permissions.capabilities.map(({ name }) => name),
		namespaces: ["mount", "pid", "ipc", "uts", "cgroup", ...(network === "host" ? [] : ["net"])],
		environment: variablesOf(request),
		nodes: [pathFromText("/dev"), ...devices],
		executable: cage.permissions.executableData ?? [],
		mounts: [
			...devices,
			...alwaysMounted.map(pathFromText),
			...(request.service?.notifies ? [notifySocket] : []),
			...(request.service?.credentials ? [credentialsDirectory] : []),
			...(cage.permissions.sys === undefined ? [] : [pathFromText("/sys"), ...coveredSysDirectories]),
			...(cage.permissions.kernelProc === undefined ? [] : coveredKernelFiles.map((name) => pathFromText(`/proc/${name}`))),
			launchDirectory,
			...temporaryDirectories,
			...cage.temporaryEntries.map(({ path }) => path),
			...cage.writable,
			...cage.binds.map(({ path }) => pathFromText(path)),
		],
	};
}
