import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cagewright, temporaryFolder } from "../cagewright.ts";
import { freePort } from "../network.ts";
import { ordinaryUser, readableProgram } from "../ordinary.ts";

/** Machines mount things at any time: a stick, a share, a container, an automount. */

/** Words that run a command in mounts of its own, where something is mounted as soon as the folder has `answered`. */
function mountsLater(folder: string): string[] {
	const later = `until [ -e answered ]; do sleep 0.1; done; mount -n -t tmpfs later /etc/skel; touch mounted`;
	const script = `(cd ${folder}; ${later}) >/dev/null 2>&1 & exec "$@"`;
	return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"];
}

test("the second start finds what the first has written, although something was mounted between them", async () => {
	const port = await freePort();
	const folder = temporaryFolder("changing-mounts");
	mkdirSync(join(folder, "marks"));
	for (const place of [folder, join(folder, "marks")]) chmodSync(place, 0o777);
	const user = ordinaryUser(readableProgram());
	// Each start is a line of a file in the home.
	const serve = `cd ${user.home}; echo started >>starts; exec python3 -m http.server --bind 127.0.0.1 ${port}`;
	const probe = `cd ${folder}/marks; curl -fsS --noproxy '*' http://127.0.0.1:${port}/starts >starts && mv starts answered && until [ -e mounted ]; do sleep 0.1; done`;
	const traced = await cagewright(
		["trace", "--name", "mounting", "--writable", user.home, "--probe", probe, "--timeout", "300", "--", "/bin/sh", "-c", serve],
		{ ...user, enter: [...mountsLater(join(folder, "marks")), ...user.enter] },
	);
	expect(traced.status, traced.stderr).toBe(0);
	expect(traced.stderr).not.toContain("did not answer");
	expect(readFileSync(join(folder, "marks/answered"), "utf8")).toBe("started\nstarted\n");
});
