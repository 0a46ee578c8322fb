import { systemdCaps } from "../capabilities.ts";
import { initKeepsKill, initsOwn, type UnitInput } from "./input.ts";
import type { UnitLines } from "./lines.ts";

/** As whom the application starts, and what it keeps of root. */
export function account(unit: UnitLines, input: UnitInput): void {
	const { identity, openings } = input.plan;
	const capabilities = openings.capabilities;
	if (identity.uid === 0) {
		unit.because("Starts as root, and keeps nothing of it but the capabilities below.");
	} else {
		// A number where the name is not one that systemd takes; the owner of the data is a number in any case.
		unit.set("User", /^[a-zA-Z_][a-zA-Z0-9_-]{0,30}$/.test(identity.name) ? identity.name : String(identity.uid));
		unit.set("Group", String(identity.gid));
		const others = identity.groups.filter((gid) => gid !== identity.gid);
		if (others.length) unit.set("SupplementaryGroups", others.join(" "));
	}
	for (const { name, why } of capabilities) unit.because(`${name} is needed for: ${why}`);
	const names = systemdCaps(capabilities.map(({ name }) => name));
	const keepsKill = initKeepsKill(input);
	if (keepsKill)
		unit.because("kill and setpcap are for the init, which takes both away from the application before it starts it.");
	unit.set("CapabilityBoundingSet", keepsKill ? systemdCaps([...capabilities.map(({ name }) => name), ...initsOwn]) : names);
	unit.set("AmbientCapabilities", identity.uid === 0 ? "" : names);
	unit.because("No setuid file and no file capability has an effect.");
	unit.set("NoNewPrivileges", "yes");
	unit.because("Keys, queues and shared memory of others under the same account stay out of reach, and none is left behind.");
	unit.set("KeyringMode", "private");
	unit.set("RemoveIPC", "yes");
}
