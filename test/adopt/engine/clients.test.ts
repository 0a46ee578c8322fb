import { expect, test } from "vitest";
import { hiddenPidFiles } from "../../../src/adopt/engine/clients.ts";
import type { Path } from "../../../src/base/path/path.ts";
import { tree } from "../../plan/tree.ts";

const files = tree({
	"/usr/bin/ctl": "kill(`head -1 $data/postmaster.pid`)",
	"/usr/bin/dump": "connect",
	"/var/lib/db/17/main/postmaster.pid": "4711\n/var/lib/db/17/main\n",
	"/var/lib/db/17/old/postmaster.pid": "4712\n",
	"/var/lib/db/17/main/db.lock": "4711\n",
	"/var/lib/db/17/main/number": "4711\n",
});
const found = (places: readonly string[]) =>
	hiddenPidFiles(files, { places: places as Path[], tools: ["/usr/bin/ctl", "/usr/bin/dump"] as Path[], own: [4711] });

test("a pid file in the state is found with the tools that name it, if the number is the service's", () => {
	expect(found(["/var/lib/db"])).toEqual([{ path: "/var/lib/db/17/main/postmaster.pid", tools: ["/usr/bin/ctl"] }]);
	expect(found(["/var/lib/other"])).toEqual([]);
});
