import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { StateSessions } from "../../src/sessions/host/sessions.ts";
import { some } from "../long.ts";
import { cagewright, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

/** Results of quick commands are as their schemas describe them. Other tests read those of slow ones. */

const state = temporaryState();
const files = temporaryFolder("described");
const tree = join(files, "tree");
const [archive, invalid] = [join(files, "redis.cage"), join(files, "invalid.json")];
const [template, bundle] = [join(files, "template.json"), join(files, "bundle.json")];

beforeAll(async () => {
	await preparedRedis(state);
	await must(cagewright(["build", "redis", "--include", files], { state }));
	writeFileSync(invalid, "{}");
	for (const folder of ["etc/systemd/system", "etc/logrotate.d"]) mkdirSync(join(tree, folder), { recursive: true });
	const sessions = new StateSessions(state);
	const held = await sessions.create();
	await held.write({ about: { name: "left", command: "/bin/left" }, screen: "files" });
	held.release();
});

test.each<[string, number?]>(
	some(54, [
		["build redis --dry-run"],
		["check redis", 1],
		["diff redis"],
		["doctor"],
		["explain redis"],
		["explain redis /etc/passwd"],
		["explain redis /etc/shadow"],
		["explain redis /usr/bin/no-such-program"],
		["explain redis mount"],
		["explain redis kill"],
		[`export redis -o ${archive}`],
		[`export redis --format seccomp -o ${files}/filter.json`],
		[`export redis --format kubernetes -o ${files}/objects.yaml`],
		[`export redis --format quadlet -o ${files}/quadlet`],
		["list"],
		["make demo --dry-run"],
		[`metrics -o ${files}/cagewright.prom`],
		["minimise redis --dry-run"],
		["plan redis"],
		["plan redis --dry-run"],
		[`record redis -o ${files}/record.md --checksum`],
		[`record redis --verify ${files}/record.md`],
		[`record --all -o ${files}/records`],
		["rollback redis --dry-run"],
		["rollback redis"],
		["run redis --print"],
		[`selftest --program ${files}/escape`],
		["sessions list"],
		["sessions remove left --yes"],
		["show redis"],
		["show redis --history"],
		["show redis --record"],
		["stale"],
		["template list"],
		["template show redis"],
		[`template new described -o ${template}`],
		[`template check ${template}`],
		[`template check ${invalid}`, 2],
		[`template import ${template} --yes`],
		[`template import ${invalid} --yes`, 2],
		["template accept described"],
		[`template export described -o ${bundle}`],
		["template save redis --as described --replace"],
		["template remove described"],
		["template save redis"],
		["template diff redis"],
		["build redis --include /etc/os-release"],
		["template diff redis", 1],
		["template remove redis"],
		["trial redis --dry-run"],
		["unit redis"],
		[`unit redis --install --root ${tree}`],
		[`unit redis --uninstall --dry-run --root ${tree}`],
		["update redis --dry-run"],
		// These take longest.
		["apps"],
		[`import ${archive} --name copy --dry-run`],
		[`import ${archive} --name copy --yes --no-trial`],
		["remove copy --dry-run"],
		["remove copy --yes"],
		[`install --root ${tree} --dry-run`],
		[`install --root ${tree}`],
		[`uninstall --root ${tree} --dry-run`],
		[`uninstall --root ${tree}`],
		["trace demo --dry-run"],
		["watch --install --dry-run"],
	]),
)("%s", async (line, status = 0) => {
	const result = await cagewright([...line.split(" "), "--json", "--quiet"], { state });
	expect(result.status, result.stderr).toBe(status);
	expect(result.json.schema).toMatch(new RegExp(`^cagewright/${line.split(" ")[0]}(-[a-z]+)?/1$`));
});
