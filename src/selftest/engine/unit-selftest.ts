import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, isWithin, join, outermost, type Path, pathFromText } from "../../base/path/path.ts";
import type { PresentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { attemptsProgram } from "../../confine/places.ts";
import type { ObservedProcess } from "../../confine/seccomp/observed-calls.ts";
import type { CageLayout } from "../../launch/ports.ts";
import { writableBinds } from "../../plan/binds.ts";
import { withoutCommands } from "../../service/service-settings.ts";
import { hostService, unitTexts } from "../../unit/engine/unit.ts";
import { shownBelowRun } from "../../unit/files.ts";
import { startsLauncher, type UnitInput } from "../../unit/input.ts";
import { unitName } from "../../unit/installed.ts";
import { attemptsUnit } from "../../unit/test-units.ts";
import { type Attempt, parseAttempts } from "../outcomes.ts";
import type { ExpectedProcess } from "../outside.ts";

/** Maximum runtime of the service in seconds, in case this process is killed. */
const maxSeconds = 180;

export interface UnderUnit {
	/** A drop-in for this host service instead of the cage's own unit. */
	readonly service?: string;
	/** Settings that the tested unit omits, and `confiner` for our first program. Only tests of the self-test use it. */
	readonly withoutSettings?: readonly string[];
}

/** Throws `selftest-needs-systemd` (exit 3) if systemd does not run, and `selftest-own-unit` (exit 2) if the cage needs no root. */
export function requireUnit({ machine }: Context, { manifest }: PresentCage): void {
	if (manifest.owner) throw new Failure("selftest-own-unit", { name: manifest.name }, 2);
	if (!machine.services.running()) throw new Failure("selftest-needs-systemd", {}, 3);
}

/** Full name of the tested service. Throws `unit-unknown` (exit 2). */
export function testedUnit(context: Context, cage: string, { service }: UnderUnit): string {
	return service === undefined ? unitName(cage) : hostService(context, service).name;
}

/** Adjusts a launch's expectation to what systemd does differently (docs/security.md, "The systemd unit"). */
export function expectedOfUnit(
	{ machine }: Pick<Context, "machine">,
	expected: ExpectedProcess,
	{ permissions }: CageLayout,
	{ entries }: Pick<Manifest, "entries">,
): ExpectedProcess {
	if (startsLauncher(machine.units.version())) return expected;
	return {
		...expected,
		mounts: [
			...expected.mounts,
			...madeBySystemd.map(pathFromText),
			...shownBelowRun(entries).map(({ path }) => path),
			...(permissions.syslog === undefined ? [] : journalMounts.map(pathFromText)),
		],
		design: {
			// BindPaths= and RootDirectory= cannot set this flag.
			nodev: { instead: "device-group" },
			// Where SELinux is active, systemd leaves it out, because it would forbid changes of the domain (measured with 257).
			nosuid: { instead: "no-new-privs" },
			// systemd reads them from /proc/self/ns after making that inaccessible (measured with 257).
			namespaces: { instead: "no-capability", only: ["uts", "cgroup"] },
		},
	};
}

/** Mounts of PrivateDevices=, PrivateIPC=, ProtectHome=, InaccessiblePaths= and RootDirectory=; all empty except the host's os-release. */
const madeBySystemd = [
	"/dev/mqueue",
	"/dev/pts",
	"/dev/hugepages",
	"/sys",
	"/home",
	"/root",
	"/run",
	"/run/user",
	"/run/host",
	"/run/host/.os-release-stage",
	"/run/systemd/incoming",
];
/** The target of `/dev/log` where systemd makes that a link. */
const journalMounts = ["/run/systemd/journal/dev-log"];

interface AttemptsRun {
	readonly command: readonly string[];
	readonly network: "host" | "none";
	readonly timeoutSeconds: number;
}

/** Runs the techniques once as a service, with empty directories instead of the data. Throws `selftest-broken` (exit 70). */
export async function tryUnderUnit(
	context: Context,
	present: PresentCage,
	under: UnderUnit,
	{ timeoutSeconds, ...program }: AttemptsRun,
): Promise<{ attempts: ReadonlyMap<string, Attempt>; seen: ObservedProcess }> {
	const { launcher, now, selftest, sleep } = context.machine;
	const { withoutSettings = [] } = under;
	const host = under.service === undefined ? undefined : hostService(context, under.service);
	await using sandbox = await launcher.createSandbox();
	const launchFolder = join(sandbox.folder, pathFromText("launch"));
	const output = join(sandbox.folder, pathFromText("output"));
	const empty = (index: number) => join(sandbox.folder, pathFromText(`data${index}`));
	const brought: Path[] = [];
	const directories: { source: Path; place: Path }[] = [];
	const change = (input: UnitInput): UnitInput => {
		const shared = writableBinds(input.binds);
		const writable = [...input.data, ...shared.map((path) => ({ path, source: path }))];
		const tops = outermost(writable.map(({ path }) => path));
		// Directories inside others are inside their empty ones, because a mount needs an existing place.
		const data = writable.map(({ path, source }) => {
			const index = tops.findIndex((top) => isWithin(path, top));
			const place = `${empty(index)}${path.slice(tops[index]?.length)}` as Path;
			directories.push({ source, place });
			return { path, source: place };
		});
		directories.sort((a, b) => a.place.length - b.place.length);
		const { confiner: wanted, plan, publishes: _, reportsReady: __, ...rest } = input;
		const { service = {} } = plan.application;
		const confiner = withoutSettings.includes("confiner") ? undefined : wanted;
		if (confiner) brought.push(join(confiner.folder, pathFromText(confiner.name)));
		return {
			...rest,
			data,
			binds: input.binds.filter(({ access }) => access === "ro"),
			sockets: [],
			...(input.launcher === undefined ? {} : { launcher: launchFolder }),
			...(confiner ? { confiner: { ...confiner, folder: launchFolder } } : {}),
			plan: { ...plan, application: { ...plan.application, ...program, service: withoutCommands(service) } },
		};
	};
	const launch = { folder: sandbox.folder, hostFiles: [selftest.program()], names: [baseName(attemptsProgram)] };
	const texts = await unitTexts(context, present, host, { change, launch });
	const text = attemptsUnit({
		name: present.cage.name,
		service: testedUnit(context, present.cage.name, under),
		texts,
		...(startsLauncher(context.machine.units.version()) ? {} : { launcher: launchFolder }),
		output,
		seconds: maxSeconds,
		without: withoutSettings,
	});
	const started = await selftest.service({
		text,
		launcher: launchFolder,
		brought,
		output,
		directories,
	});
	const deadline = now() + timeoutSeconds * 1000;
	let seen: ObservedProcess | undefined;
	try {
		while (!parseAttempts(started.output()).done && now() < deadline && (await started.runs())) await sleep(20, context.signal);
		for (let again = 0; !seen && again < 20; again++) {
			if (again) await sleep(10, context.signal);
			seen = await started.observe(present.layout.root);
		}
	} finally {
		await started.remove();
	}
	const { done, attempts } = parseAttempts(started.output());
	if (!done || !seen) {
		const detail = started.output().trim().split("\n").at(-1)?.slice(-200) || (await started.problem());
		throw new Failure("selftest-broken", { detail }, 70);
	}
	return { attempts, seen };
}
