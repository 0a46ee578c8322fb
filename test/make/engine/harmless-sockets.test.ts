import { expect, test } from "vitest";
import { limitsClients } from "../../../src/make/engine/harmless-sockets.ts";
import { asApp, asRoot, rules } from "../../plan/traces.ts";

const cage = { rules: rules({}) };
const manifest = { identity: asApp, permissions: { capabilities: [] } };

test("a cage limits its clients unless it has root, a capability or something that somebody allowed", () => {
	expect(limitsClients(cage, manifest)).toBe(true);
	expect(limitsClients({ rules: rules({ binds: [{ path: "/srv", access: "ro" }] }) }, manifest)).toBe(true);
	const wider: Parameters<typeof limitsClients>[] = [
		[cage, { ...manifest, identity: asRoot }],
		[cage, { ...manifest, permissions: { capabilities: [{ name: "CAP_SYS_ADMIN", why: "mount" }] } }],
		[{ ...cage, accepted: ["lockout"] }, manifest],
		[{ rules: rules({ binds: [{ path: "/srv", access: "rw" }] }) }, manifest],
		[{ rules: rules({ allowSetuid: ["/usr/bin/sudo"] }) }, manifest],
		[{ rules: rules({ allowWrite: ["/home"] }) }, manifest],
		[{ rules: rules({ allow: ["socket:/run/docker.sock"] }) }, manifest],
	];
	for (const [one, other] of wider) expect(limitsClients(one, other)).toBe(false);
});
