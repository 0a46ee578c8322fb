import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { initName } from "../../core/confinement/launch.ts";
import { layers } from "../../core/confinement/layers.ts";
import type { UnitInput } from "../../core/confinement/unit/input.ts";
import { bareDropin, transientDropin } from "../../core/confinement/unit/transient.ts";
import { Failure } from "../../core/failure.ts";
import { join as joinPath, outermost, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { CageLayout, Launch, Launched, LaunchRequest } from "../../engine/ports.ts";
import { must } from "../adoption/services.ts";
import { dataIdentity } from "../files/mount-source.ts";
import { isLeftover, transientName } from "../state/process.ts";
import { bindIdentity } from "./bind-sources.ts";
import { startClient } from "./client-scope.ts";
import { copiedMounts } from "./copied-mounts.ts";
import { unitConfiner } from "./method.ts";
import { outputsFor, relayOutputs } from "./running-application.ts";
import { ServiceApplication } from "./service-application.ts";
import { requireTool, toolEnvironment } from "./tools.ts";
import { unitInputOf } from "./unit-input.ts";

/**
 * Starts a cage as a service of the running systemd, where nothing else makes namespaces: systemd-run(1) starts it with our descriptors and
 * passes its exit status on, and a drop-in holds it as the cage's own unit would. systemd would let it outlive us; so it is bound to a
 * scope, a process in which waits for nothing but our end.
 */

/** What starts a cage is looked up here by systemd; root alone writes to it. */
const units = "/run/systemd/system";

/** Where the drop-in is not found, this is what ends: a status that systemd keeps for itself (systemd.exec(5)), and never an open start. */
const instead = ["/bin/sh", "-c", "exit 225"];

export interface ServicePlaces {
	/** Of ours for this launch, root's alone. */
	readonly folder: string;
	readonly systemdVersion: number;
	readonly init: Uint8Array;
}

/**
 * Throws `service-cannot` (exit 3) for what takes a launcher, what `bindIdentity` throws, and `launch-failed` where the application did not come so far.
 */
export async function startByService(
	request: LaunchRequest,
	places: ServicePlaces,
	follow: (child: ChildProcess) => void,
	cleanUp: () => Promise<void>,
): Promise<Launched> {
	const { spec, without = [] } = request;
	const isBare = without.length === layers.length;
	if (spec.kind !== "cage" || request.sockets?.length || request.trace || request.attended || (without.length && !isBare))
		throw new Failure("service-cannot", {}, 3);
	// systemd follows links when it mounts: what is one already is refused here, and the audit names who could make one.
	for (const { path } of spec.cage.binds) bindIdentity(pathFromText(path));
	for (const path of outermost(spec.cage.writable)) dataIdentity(spec.cage.data, path);
	clearAbandoned();
	const id = `cagewright${transientName("scratch")}`;
	const dropins = join(units, `${id}.service.d`);
	const scope = `${id}.scope`;
	const client = await startClient(scope);
	const end = async () => {
		client.stdin?.end();
		rmSync(dropins, { recursive: true, force: true });
		await cleanUp();
	};
	try {
		const launcher = bringPrograms(request, spec.cage, places);
		const tools = { launcher, confiner: confinerInFolder, version: places.systemdVersion };
		const input = unitInputOf(request, { cage: spec.cage, ...(await mountsOf(spec)) }, tools);
		mkdirSync(dropins, { mode: 0o755 });
		writeFileSync(
			join(dropins, "50-cagewright.conf"),
			isBare ? bareDropin(input, scope, launcher) : transientDropin(input, scope),
			{ mode: 0o600 },
		);
		await must(["daemon-reload"]);
		const outputs = outputsFor(request);
		const words = ["--quiet", "--pipe", "--wait", "--collect", "--service-type=exec", `--unit=${id}.service`, "--", ...instead];
		// A Ctrl-C on the terminal is ours to pass on.
		const child = spawn(requireTool("systemd-run"), words, {
			env: toolEnvironment,
			cwd: "/",
			stdio: ["ignore", ...outputs],
			detached: true,
		});
		follow(child);
		relayOutputs(child, request, outputs);
		const launched = new ServiceApplication(child, request, `${id}.service`, end);
		await launched.started(isBare ? undefined : spec.cage.root);
		return launched;
	} catch (error) {
		await end();
		throw error;
	}
}

/** Our init, what confines, and what is brought along, as it is seen below `/.launch`. */
function bringPrograms(
	{ brought = [], identity, names = [] }: LaunchRequest,
	cage: CageLayout,
	{ folder, init }: ServicePlaces,
): Path {
	const launcher = join(folder, "launch");
	mkdirSync(launcher);
	chmodSync(launcher, 0o755);
	const confiner = unitConfiner(cage, identity);
	if (!confiner) throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	place(join(launcher, initName), init);
	place(join(launcher, confinerInFolder), confiner);
	for (const file of brought.map((path) => pathToBytes(path).toString())) {
		const copy = join(launcher, basename(file));
		copyFileSync(file, copy);
		chmodSync(copy, 0o755);
	}
	const [first] = brought;
	if (first !== undefined) for (const name of names) symlinkSync(basename(pathToBytes(first).toString()), join(launcher, name));
	return pathFromText(launcher);
}

/** The account must get at it, whatever our umask is. */
function place(file: string, content: Uint8Array): void {
	writeFileSync(file, content);
	chmodSync(file, 0o755);
}

const confinerInFolder = "confine";

async function mountsOf({ cage, rehearsal }: Extract<Launch, { kind: "cage" }>): Promise<Pick<UnitInput, "data" | "binds">> {
	if (rehearsal) return copiedMounts(cage, rehearsal);
	const data = outermost(cage.writable).map((path) => ({ path, source: joinPath(cage.data, path.slice(1)) }));
	return { data, binds: cage.binds };
}

/** Drop-ins of commands that were killed; what they started ended with its client. */
function clearAbandoned(): void {
	for (const name of readdirSync(units)) {
		const transient = /^cagewright(\.scratch-.*)\.service\.d$/.exec(name)?.[1];
		if (transient !== undefined && isLeftover(transient)) rmSync(join(units, name), { recursive: true, force: true });
	}
}
