import { pathToJson } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import { countEntries, type Manifest, permissionsToJson } from "../../cage/manifest.ts";
import { launcherName } from "../../confine/method.ts";
import type { Permissions } from "../../confine/permissions.ts";
import { countPermitted } from "../../confine/seccomp/filter.ts";
import { filterPermissions, limitsPorts } from "../../confine/seccomp/filter-permissions.ts";

/** What the confinement allows beyond the default, besides capabilities. */
export function openingsToJson({ capabilities: _, tcpPorts: __, triesUnixSockets: ___, ...openings }: Permissions) {
	return permissionsToJson(openings);
}

/** The TCP ports that may be bound; null for any. */
export function portsToJson(permissions: Permissions): readonly number[] | null {
	return limitsPorts(permissions) ? (permissions.tcpPorts ?? []) : null;
}

/** The system call filter, how many calls it permits, and how many the general filter would. */
export function callsToJson(permissions: Permissions) {
	return {
		filter: permissions.calls ? ("observed" as const) : ("general" as const),
		...countPermitted(filterPermissions(permissions)),
	};
}

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
