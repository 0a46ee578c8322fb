import { pathToJson } from "../../base/path/path.ts";
import { launcherName } from "../../confine/method.ts";
import { callsToJson, openingsToJson, portsToJson } from "../../plan/report/permissions.ts";
import type { Cage } from "../cage.ts";
import { countEntries, type Manifest } from "../manifest.ts";

export function countsToJson(manifest: Manifest) {
	const { devices, ...counts } = countEntries(manifest);
	return { ...counts, devices: devices.map(pathToJson) };
}

/** The confinement that the last trial measured, or that a run will have if there was no trial. */
export function confinementToJson(manifest: Manifest, cage: Cage) {
	const { capabilities: needed } = manifest.permissions;
	const { network } = cage.application;
	const last = cage.trials.at(-1);
	const measured = last?.measured;
	const found = last?.findings ?? [];
	// A trial always has its own network namespace, a run only with `--network none`.
	const namespaces = measured?.namespaces.filter((kind) => kind !== "net" || network === "none");
	return {
		launcher: launcherName,
		weaker: last?.weaker ?? [],
		user: manifest.identity.name,
		rootless: manifest.owner !== undefined,
		capabilities: measured?.capabilities ?? needed.map((capability) => capability.name),
		seccomp: measured?.seccomp ?? false,
		// /proc does not show Landlock, but the launch would have failed without it if the kernel has it.
		landlock: measured !== undefined && !last?.weaker?.includes("landlock"),
		namespaces: namespaces ?? [],
		network,
		...(measured?.limits ? { limits: measured.limits } : {}),
		openings: openingsToJson(manifest.permissions),
		tcpPorts: portsToJson(manifest.permissions),
		calls: callsToJson(manifest.permissions),
		findings: found.filter((finding) => finding.severity === "danger"),
		warnings: found.filter((finding) => finding.severity === "warning"),
	};
}
