import { permissionsToJson } from "../../cage/manifest.ts";
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
