import { omitUndefined } from "../../base/collections.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { isWithin, join, type Path, parent, pathFromText } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import { devicesOf, type Manifest, rootsOf } from "../../cage/manifest.ts";
import { confineName } from "../../confine/confiner.ts";
import { initInside, launchDirectory, temporaryDirectories } from "../../confine/places.ts";
import { initWords, stepWords } from "../../launch/programs/init.ts";
import { boundTcpPorts, lowestFree, portNumbers } from "../../plan/plan-permissions.ts";
import { type Bind, type Limits, launchEnvironment } from "../../service/application.ts";
import type { Trace } from "../../trace/trace.ts";
import { initCapabilities, initKeepsKill } from "../../unit/input.ts";
import { exportedApplication } from "./exported-application.ts";

interface Port {
	readonly protocol: "tcp" | "udp";
	readonly port: number;
}

/** A directory for state, which an engine mounts as a volume. */
interface Volume {
	readonly path: Path;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/** A cage as other engines see it: an image and what its process needs. */
export interface Workload {
	/** The cage's name. */
	readonly name: string;
	/** The image's name and tag, as podman stores it. */
	readonly image: string;
	/** The command with our programs before it: the one that confines, then the init. */
	readonly command: readonly string[];
	readonly cwd: string;
	/** Without secrets. */
	readonly env: Readonly<Record<string, string>>;
	/** Names of variables that are missing in `env`. */
	readonly secretVariables: readonly string[];
	readonly identity: Identity;
	/** Everything that the first process needs: lower case, without CAP_. */
	readonly capabilities: readonly string[];
	/** Outermost directories. */
	readonly volumes: readonly Volume[];
	readonly binds: readonly Bind[];
	/** Writable places whose files may be executed. */
	readonly executable: readonly Path[];
	/** Devices that engines do not provide. */
	readonly devices: readonly Path[];
	readonly ports: readonly Port[];
	/** A page that the server answers, from its probes. */
	readonly page?: { readonly port: number; readonly path: string };
	readonly limits: Limits;
	/** Temporary directories without own files of the cage. */
	readonly emptyDirectories: readonly Path[];
	readonly network: "host" | "none";
}

/** Where the program that loads filter and Landlock rules is in the image. */
export const confinerInside = join(launchDirectory, confineName);

export function workloadOf({ cage, manifest }: { cage: Cage; manifest: Manifest }, trace: Trace | undefined): Workload {
	const { application, secretVariables } = exportedApplication(cage.application);
	const { identity, permissions } = manifest;
	const keepsKill = initKeepsKill({
		name: cage.name,
		root: launchDirectory,
		data: [],
		binds: [],
		systemdVersion: 0,
		launcher: launchDirectory,
		plan: { application, identity, permissions, entries: [] },
		keepsAccount: cage.keepsAccount ?? false,
	});
	const page = pageOf(application.probes);
	const outer = new Set(rootsOf(manifest));
	return {
		name: cage.name,
		image: `localhost/${imageName(cage.name)}:${manifest.generation}`,
		command: [
			confinerInside,
			...initWords(initInside, application.cwd, keepsKill),
			...stepWords(application.service ?? {}, 0),
			...application.command,
		],
		cwd: application.cwd,
		env: launchEnvironment(application),
		secretVariables,
		identity,
		capabilities: [...permissions.capabilities.map(({ name }) => name), ...(keepsKill ? initCapabilities : [])],
		// Another engine keeps the service's own directories of the host as volumes.
		volumes: [
			...manifest.writable.filter(({ path }) => outer.has(path)),
			...manifest.binds.flatMap(({ created, path }) =>
				created && !created.isFile ? [{ ...created, path: pathFromText(path) }] : [],
			),
			...directoriesOfFiles(manifest),
		],
		binds: manifest.binds.filter(({ created }) => !created),
		executable: permissions.executableData ?? [],
		devices: devicesOf(manifest).flatMap(({ path }) => (usualDevices.has(path) ? [] : [path])),
		ports: portsOf(manifest, trace),
		...omitUndefined({ page }),
		limits: application.limits ?? {},
		emptyDirectories: temporaryDirectories.filter((above) => {
			const isInside = ({ path }: { path: Path }) => path !== above && isWithin(path, above);
			return !manifest.entries.some(isInside) && !manifest.writable.some(({ path }) => isWithin(path, above));
		}),
		network: application.network,
	};
}

/** A volume is a directory. */
function directoriesOfFiles({ binds }: Manifest): Volume[] {
	const found = new Map<Path, Volume>();
	for (const { created, path: text } of binds) {
		const path = parent(pathFromText(text));
		if (created?.isFile && !found.has(path)) found.set(path, { path, mode: 0o755, uid: created.uid, gid: created.gid });
	}
	return [...found.values()];
}

function pageOf(probes: readonly string[]): Workload["page"] {
	const [, port, path] =
		probes.flatMap((line) => [/\bhttp:\/\/[\w.[\]]+:(\d{1,5})(\/[\w./-]*)/.exec(line) ?? []]).find((found) => found.length) ?? [];
	return port === undefined || path === undefined ? undefined : { port: Number(port), path };
}

/** Devices that every engine provides (OCI runtime specification, config-linux.md). */
const usualDevices: ReadonlySet<string> = new Set(
	["null", "zero", "full", "random", "urandom", "tty", "ptmx"].map((name) => `/dev/${name}`),
);

/** Ports that the application chose, not those that the kernel chose for it. */
function portsOf({ permissions }: Manifest, trace: Trace | undefined): Port[] {
	const tcp = permissions.tcpPorts ?? (trace ? boundTcpPorts(trace) : []);
	const udp = trace ? portNumbers(trace.ports, "udp") : [];
	const chosen = (ports: readonly number[]) => [...new Set(ports)].filter((one) => one > 0).sort((a, b) => a - b);
	return [
		...chosen(tcp).map((port) => ({ protocol: "tcp" as const, port })),
		...chosen(udp.filter((one) => one < lowestFree)).map((port) => ({ protocol: "udp" as const, port })),
	];
}

/** Returns a repository name (OCI distribution specification): lower-case words, joined by single separators. */
export function imageName(cage: string): string {
	return words(cage, /[a-z0-9]+(?:[._-][a-z0-9]+)*/g) || "cage";
}

/** Returns a label (RFC 1035) that is short enough for a StatefulSet, whose pods append to it. */
export function kubernetesName(cage: string): string {
	const name = words(cage, /[a-z0-9]+/g);
	return (/^[a-z]/.test(name) ? name : `cage-${name}`).slice(0, 52).replace(/-+$/, "");
}

/** Cage names may have capitals and dots; registries and Kubernetes accept less. */
function words(cage: string, pattern: RegExp): string {
	return (cage.toLowerCase().match(pattern) ?? []).join("-");
}
