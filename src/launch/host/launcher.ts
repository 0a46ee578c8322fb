import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { systemAccounts } from "../../base/host/accounts.ts";
import { diskFailure, errorName, writeFailure } from "../../base/host/errors.ts";
import { logSocket } from "../../base/host/files.ts";
import { makeSafeFolder, realPlace, refuseUnsafe, requireSafeFolder } from "../../base/host/folder.ts";
import { cpuSeconds, isSuspended, running, runningInEach, startedAt, transientName } from "../../base/host/processes.ts";
import {
	isRootless,
	mayEnterWithCapabilities,
	requireUserNamespaces,
	rootless,
	sandboxNamespaces,
} from "../../base/host/rootless.ts";
import { shellLineEnvironment } from "../../base/host/shell-line.ts";
import { Commands, requireTool } from "../../base/host/tools.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { quoteShellBytes, quoteShellLine } from "../../base/path/quote.ts";
import { requireLaunchable } from "../../cage/launchable.ts";
import type { CgroupLimit } from "../../confine/limits.ts";
import type { Method } from "../../confine/method.ts";
import { environmentName, initName, launchFailed } from "../../confine/places.ts";
import type { Limits } from "../../service/application.ts";
import { straceArguments } from "../../trace/calls.ts";
import type { Peer } from "../../trace/trace.ts";
import type { CageMount, CageRoot, LaunchSpec } from "../launch.ts";
import { launchScript, mountsCommand, namespaceCommand, splitLaunchScript } from "../launch-script.ts";
import type {
	CageLayout,
	Launch,
	Launcher,
	LaunchRequest,
	Reachable,
	Sandbox,
	ShellResult,
	StartedApplication,
} from "../ports.ts";
import { acceptorName, socketsName } from "../programs/passed-sockets.ts";
import { clearAbandonedCgroups, limitSandbox, prepareLimits, refuseUnheld, removeCgroups } from "./cgroups.ts";
import { type Datagrams, Notifications, readLog } from "./datagrams.ts";
import {
	acceptorProgram,
	clearAbandoned,
	launchInit,
	mountsName,
	ownPrograms,
	placeLaunch,
	removeScratch,
	scriptName,
	socketsProgram,
} from "./launch-folder.ts";
import { cageConfiner, imageConfiner, type LaunchOptions, methodFor, sandboxConfiner, unitConfiner } from "./method.ts";
import { type SharedNetwork, shareNetwork, writeNetwork } from "./network.ts";
import { writtenTexts } from "./outputs.ts";
import { enter, enterProbe, ProbePrograms } from "./probe-entry.ts";
import { handOverPipes, mountWhenAsked, RunningApplication, spawnLaunch } from "./running-application.ts";
import { hostMounts, makeLayers } from "./sandbox-mounts.ts";
import { createServiceDirectories, isListening, removeServiceDirectories } from "./service-directories.ts";
import { hostShell, lineProblem, runGroup } from "./shell.ts";
import { checkMountPoints, layersOf, type Places, specificationOf } from "./specification.ts";
import { TracePipe, tracePipe } from "./trace-pipe.ts";

/** Starts applications and cages with util-linux. `state` contains all of its temporary files. */
export class UtilLinuxLauncher implements Launcher {
	readonly hostShell = hostShell;
	readonly lineProblem = lineProblem;
	readonly running = running;
	readonly isSuspended = isSuspended;
	readonly runningInEach = runningInEach;
	readonly startedAt = startedAt;
	readonly isListening = isListening;
	readonly unitConfiner = unitConfiner;
	private readonly scratch: string;
	private readonly launching: LaunchOptions;
	private readonly state: string;
	private readonly commands: Commands;
	private readonly probePrograms: ProbePrograms;

	constructor(state: string, launching: LaunchOptions = {}, commands = new Commands()) {
		this.state = state;
		this.commands = commands;
		this.launching = launching;
		this.scratch = join(state, "scratch");
		this.probePrograms = new ProbePrograms(this.scratch);
	}

	async createSandbox(peers: readonly Peer[] = [], holdsNetwork = false): Promise<Sandbox> {
		if (isRootless()) requireUserNamespaces(sandboxNamespaces);
		const folder = await this.makeFolder();
		const network = peers.length || holdsNetwork ? await this.shareNetwork(peers, folder) : undefined;
		return {
			folder: pathFromText(folder),
			...(network ? { network: network.pid } : {}),
			async [Symbol.asyncDispose]() {
				await network?.dispose();
				await removeScratch(folder);
			},
		};
	}

	writtenTexts({ folder }: Sandbox, paths: readonly Path[]): readonly string[] {
		return writtenTexts(folder, paths);
	}

	async start(request: LaunchRequest): Promise<StartedApplication> {
		requireMayLaunch(request, this.state);
		if (request.launch.kind !== "cage") {
			for (const tool of ["unshare", "setpriv", "nsenter", "mount", "setsid", "chroot"]) requireTool(tool);
		}
		if (request.sockets?.length && request.launch.kind === "host") throw new Failure("sockets-on-host", {}, 2);
		if (request.trace) requireTool("strace");
		if (isRootless()) requireUserNamespaces();
		if (request.launch.kind === "cage") this.method();
		const folder = await this.makeFolder();
		let trace: TracePipe | undefined;
		let log: Datagrams | undefined;
		let notifications: Notifications | undefined;
		const groups: CgroupLimit[] = [];
		const created = createServiceDirectories(request);
		const cleanUp = async () => {
			log?.stop();
			notifications?.stop();
			await removeScratch(folder);
			await removeCgroups(groups);
			await removeServiceDirectories(created);
		};
		try {
			const { limits } = await this.holdLimits(request, groups);
			const { onOutput, launch } = request;
			if (onOutput && "sandbox" in launch && launch.sandbox) log = await readLog(folder, onOutput);
			if (request.service?.notifies && launch.kind !== "host") notifications = await Notifications.start(folder);
			const { command, spec } = this.prepare({ ...request, limits }, folder, groups, {
				log: log?.socket,
				notifications: notifications?.socket,
			});
			await request.after;
			checkMountPoints(spec);
			trace = request.trace && new TracePipe(folder, request.trace.onData);
			const isSplit = isSplitLaunch(request);
			const spawned = await spawnLaunch(request, command, folder, isSplit ? handOverPipes : []);
			const { child } = spawned;
			this.commands.follow(child);
			const mounts = join(folder, mountsName);
			if (isSplit)
				mountWhenAsked(
					child,
					(pid) => {
						writeScript(mounts, splitLaunchScript(withMountsOf(pid, spec, launch)).mounts);
						return mountsCommand(spec, pid, mounts);
					},
					(helper) => this.commands.follow(helper),
				);
			const launched = new RunningApplication(spawned, request, {
				folder: pathFromText(folder),
				trace,
				cleanUp,
				...omitUndefined({ readiness: notifications }),
			});
			await launched.started();
			return launched;
		} catch (error) {
			trace?.finish();
			await cleanUp();
			throw diskFailure(error, pathFromText(folder));
		}
	}

	/** Creates a launch's cgroups, adds them to `groups`, and returns the limits that must be held by setrlimit(2). */
	private async holdLimits({ identity, limits = {}, launch }: LaunchRequest, groups: CgroupLimit[]): Promise<{ limits: Limits }> {
		if (launch.kind === "sandbox") {
			const held = limitSandbox(identity);
			groups.push(...held.groups);
			return held;
		}
		groups.push(...(await prepareLimits(limits, identity)));
		return { limits };
	}

	async shell(
		line: string,
		where: { launched?: Reachable; network?: number; onHost?: boolean; root?: string },
		timeoutSeconds: number,
		signal?: AbortSignal,
	): Promise<ShellResult> {
		const init = where.launched?.init || undefined;
		const { network, onHost = false } = where;
		const entered = enterProbe(line, { init, network, onHost }, (kind) => this.probePrograms.descriptor(kind));
		if (entered === undefined) return { ok: false, status: launchFailed, output: "", timedOut: false };
		const env = { ...shellLineEnvironment(), CAGEWRIGHT_ROOT: entered.root ?? where.root ?? "/nonexistent" };
		const ended = this.commands.started([...enter(init ?? network, onHost), "/bin/sh", "-c", line]);
		const running = runGroup(entered.words, env, timeoutSeconds, { signal, descriptors: entered.descriptors });
		entered.release();
		const result = await running;
		ended(result.status);
		return result;
	}

	cpuSeconds({ init }: Reachable): number {
		return init ? cpuSeconds(init) : 0;
	}

	requireSafeState(): void {
		refuseUnsafe(pathFromText(this.state));
	}

	send(pid: number, signal: string): void {
		this.requireSafeState();
		try {
			process.kill(pid, signal);
		} catch (error) {
			if (errorName(error) !== "ESRCH") throw error;
		}
	}

	method(): Method {
		if (isRootless()) requireUserNamespaces();
		return methodFor(this.state, this.launching);
	}

	imagePrograms(cage: CageLayout, identity: Identity): { confiner: Uint8Array; init: Uint8Array } {
		return { confiner: imageConfiner(cage, identity), init: launchInit() };
	}

	print(request: LaunchRequest): string {
		requireMayLaunch(request, this.state);
		// A cgroup would outlive the pasted command.
		refuseUnheld(request.limits ?? {}, request.identity, []);
		const spec = this.specification(request, this.scratch);
		const root =
			spec.root.kind === "cage" ? { ...spec.root, inScript: this.programsInScript(request, spec, spec.root) } : spec.root;
		const script = launchScript({ ...spec, root }).trimEnd();
		const command = namespaceCommand(spec, "SCRIPT");
		return `${quoteShellLine(command.slice(0, -2))} -eu -c ${quoteShellBytes(script as Path)}\n`;
	}

	async placeLaunch(request: LaunchRequest, mounts: readonly CageMount[], folder: Path): Promise<readonly string[]> {
		requireMayLaunch(request, this.state);
		// The environment program writes the process ID, and the init closes no descriptors, if systemd passes sockets.
		const kind = request.inheritsSockets ? { closes: false, passedSockets: 1 } : {};
		return placeLaunch(folder, (place) => {
			const spec = this.specification(request, place);
			const root = { ...spec.root, mounts } as CageRoot;
			checkMountPoints({ ...spec, root });
			return {
				spec: { ...spec, root },
				programs: { ...ownPrograms({ ...spec, root }, kind), confiner: this.confiner(request, root) },
			};
		});
	}

	private programsInScript(request: LaunchRequest, spec: LaunchSpec, root: CageRoot): NonNullable<CageRoot["inScript"]> {
		const [acceptor, sockets] = [acceptorProgram(request), socketsProgram(request)];
		return {
			...ownPrograms(spec, { passedSockets: request.sockets?.length ?? 0 }),
			confiner: this.confiner(request, root),
			...omitUndefined({ sockets, acceptor }),
		};
	}

	/** Writes a launch's files before anything is started. */
	private prepare(
		request: LaunchRequest,
		folder: string,
		groups: readonly CgroupLimit[],
		sockets: Pick<Places, "log" | "notifications">,
	): { command: string[]; spec: LaunchSpec } {
		const spec: LaunchSpec = { ...this.specification(request, folder, sockets), groups, isTraced: request.trace !== undefined };
		const tracer = request.trace ? ["strace", ...straceArguments(request.trace.mode), "-o", tracePipe(folder), "--"] : [];
		const passed = socketsProgram(request);
		const { environment, init } = ownPrograms(spec, {
			passedSockets: request.sockets?.length ?? 0,
			endsWithFirst: request.attended !== undefined,
			leadsGroup: request.trace !== undefined,
			closes: !request.without?.includes("descriptors"),
		});
		writeFileSync(join(folder, initName), init, { mode: 0o700 });
		// The application's account must not read the variables in the copy.
		writeFileSync(join(folder, environmentName), environment, { mode: 0o700 });
		if (passed) writeFileSync(join(folder, socketsName), passed, { mode: 0o700 });
		const acceptor = acceptorProgram(request);
		if (acceptor) {
			writeFileSync(join(folder, acceptorName), acceptor);
			// The account must be able to execute it whatever our umask is. Only root can enter the folder, and the file is copied
			// from there.
			chmodSync(join(folder, acceptorName), 0o755);
		}
		if (spec.network === "own" && spec.joins === undefined) writeNetwork(folder);
		if (spec.root.kind === "cage") {
			writeFileSync(pathToBytes(spec.root.confiner), this.confiner(request, spec.root), { mode: 0o700 });
		}
		if (spec.root.kind === "sandbox") {
			writeFileSync(pathToBytes(spec.root.confiner), sandboxConfiner(spec.root.capabilities), { mode: 0o700 });
			mkdirSync(pathToBytes(spec.root.directory).toString(), { recursive: true });
			makeLayers(spec.root);
		}
		const script = join(folder, scriptName);
		const whole: LaunchSpec = {
			...spec,
			starter: process.pid,
			...(request.trace ? {} : { disposableFolder: pathFromText(folder) }),
		};
		writeScript(script, isSplitLaunch(request) ? splitLaunchScript(whole).script : launchScript(whole));
		return { command: namespaceCommand(whole, script, tracer), spec };
	}

	private specification(request: LaunchRequest, folder: string, sockets: Pick<Places, "log" | "notifications"> = {}): LaunchSpec {
		const { scratch } = this;
		return specificationOf(request, { ...sockets, folder, scratch });
	}

	private async shareNetwork(peers: readonly Peer[], folder: string): Promise<SharedNetwork> {
		try {
			return await shareNetwork(peers, pathFromText(writeNetwork(folder)), isRootless() ? rootless() : undefined);
		} catch (error) {
			await removeScratch(folder);
			throw error;
		}
	}

	async clearAbandoned(): Promise<readonly Failure[]> {
		if (!existsSync(this.scratch)) return [];
		try {
			requireSafeFolder(pathFromText(this.scratch));
		} catch {
			// Somebody else could swap the files that would be removed.
			return [];
		}
		try {
			return await clearAbandoned(this.scratch);
		} catch (error) {
			throw writeFailure(error, pathFromText(this.scratch));
		} finally {
			clearAbandonedCgroups();
		}
	}

	private confiner(request: LaunchRequest, { hidesLaunch, landlock }: CageRoot): Buffer {
		const { launch } = request;
		const cage = launch.kind === "cage" ? launch.cage : { permissions: { capabilities: [] }, uids: [] };
		const isTried = launch.kind === "cage" && launch.sandbox !== undefined;
		return cageConfiner(cage, request.identity, {
			landlock: this.method().landlock,
			ruleset: landlock,
			isTried,
			hidesLaunch,
			...omitUndefined({ without: request.without }),
		});
	}

	/**
	 * Creates a folder whose name contains our process, so that later commands know whether it is in use. Abandoned folders that
	 * cannot be removed do not stop a launch.
	 */
	private async makeFolder(): Promise<string> {
		await makeSafeFolder(pathFromText(this.scratch));
		await this.clearAbandoned();
		const folder = join(this.scratch, transientName("scratch"));
		try {
			mkdirSync(folder, { mode: 0o700 });
		} catch (error) {
			throw diskFailure(error, pathFromText(this.scratch));
		}
		return folder;
	}
}

/** Entering namespaces needs root. A launch on the host has one mount, so there is nothing to gain. */
const isSplitLaunch = ({ launch, trace }: LaunchRequest) =>
	trace !== undefined && launch.kind !== "host" && (!isRootless() || mayEnterWithCapabilities());

const writeScript = (path: string, text: string) => writeFileSync(path, Buffer.from(text, "latin1"), { mode: 0o600 });

/** Rebuilds in a sandbox the mounts that the process `pid` of its launch sees, instead of those that we saw. */
function withMountsOf(pid: number, spec: LaunchSpec, launch: Launch): LaunchSpec {
	if (spec.root.kind !== "sandbox" || launch.kind !== "sandbox") return spec;
	const root = { ...spec.root, mounts: hostMounts(launch, layersOf(launch.sandbox), pid) };
	makeLayers(root);
	return { ...spec, root };
}

function requireMayLaunch({ command, cwd, env, identity, sockets = [], launch }: LaunchRequest, state: string): void {
	if (launch.kind !== "cage") return;
	const { binds, devices, permissions, writable } = launch.cage;
	const values = { binds, devices, identity, permissions, writable, application: { command, cwd, env, sockets } };
	requireLaunchable(values, { users: systemAccounts.users(), logSocket: logSocket(), stateFolder: realPlace(state) });
}
