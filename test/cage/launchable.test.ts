import { expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { requireLaunchable } from "../../src/cage/launchable.ts";
import { manifestOf, plan } from "./plans.ts";

const facts = { users: [], logSocket: undefined, stateFolder: "/var/lib/cagewright" as Path };
const identity = { name: "app", uid: 900, gid: 900, groups: [], home: "/" };
const application = { command: ["/usr/bin/app"], cwd: "/", env: {} };
/** The code with which a launch refuses a bind whose directory begins with another one. */
function refusal(path: string, mode = 0o755): string | undefined {
	const owner = { uid: 900, gid: 900, mode: 0o755 };
	const bind = { path: "/run/app", access: "rw", created: { ...owner, below: [{ ...owner, path, mode }] } } as const;
	const { permissions } = manifestOf(plan([]));
	try {
		requireLaunchable({ identity, permissions, binds: [bind], writable: [], devices: [], application }, facts);
	} catch (error) {
		return (error as { code?: string }).code;
	}
	return undefined;
}

test("a directory of the service begins with directories inside it only, where not everybody may write", () => {
	expect(refusal("in/jail")).toBeUndefined();
	for (const path of ["../other", "in/../../other", "/etc", "", "."]) expect(refusal(path), path).toBe("bind-refused");
	expect(refusal("open", 0o1777)).toBe("bind-refused");
});
