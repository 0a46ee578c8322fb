import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { some, times } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedEvents } from "./described.ts";
import { eventually } from "./eventually.ts";
import { drawnSettings, environmentFile, judgeProbe, placeJudge, reportIn, stepsIn, whereSecretIsVisible } from "./judge.ts";

/** The same unit is given to systemd and to each of our starts, and must find the same. */

const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
let system: Booted;
const answers = () => eventually(() => system.query(judgeProbe));

beforeAll(async () => {
	system = await boot();
}, bootTime);

const settings = [
	"Type=notify",
	"WatchdogSec=1min 30",
	"NotifyAccess=all",
	"User=daemon",
	"UMask=0007",
	"OOMScoreAdjust=300",
	"LimitNOFILE=1000:2000",
	"LimitSTACK=4M",
	"LimitMEMLOCK=infinity",
	"LimitFSIZE=100M",
	"RuntimeDirectory=judge judge/more",
	"RuntimeDirectoryMode=0750",
	"StateDirectory=judge",
	"CacheDirectory=judge",
	"LogsDirectory=judge",
	"PIDFile=/run/judge/judge.pid",
	"KillSignal=SIGINT",
	"Environment=JUDGE_PIDFILE=/run/judge/judge.pid",
	"EnvironmentFile=/etc/judge-environment",
	"LoadCredential=file:/etc/judge-secret",
	"LoadCredential=stored",
	"LoadCredential=either:/etc/no-secret",
	"SetCredential=either:written \\x41%n",
];

describe.each([settings, ...fc.sample(drawnSettings, { numRuns: times(0, 12), seed })].map((one) => [one.join(" "), one]))(
	`a unit with %s (seed ${seed})`,
	(_, unit) => {
		let expected: string[];
		let expectedSteps: string[];

		/** Starts a service, reloads and stops it, and returns its output. */
		async function startedBySystemd(service: string): Promise<string> {
			await system.must(`systemctl start ${service}`);
			await answers();
			expect(await system.query(whereSecretIsVisible)).toBe("");
			await system.must(`systemctl reload ${service}`);
			const invocation = await system.query(`systemctl show --value --property=InvocationID ${service}`);
			await system.must(`systemctl stop ${service}`);
			return system.query(`journalctl --sync; journalctl --no-pager --output=cat _SYSTEMD_INVOCATION_ID=${invocation}`);
		}

		test("is judged by systemd", async () => {
			placeJudge(system.tree, unit as string[]);
			writeFileSync(join(system.tree, "etc/judge-environment"), environmentFile, { mode: 0o600 });
			await system.must("systemctl daemon-reload; mkdir -p /run/given; echo given >/run/given/file");
			await system.must("umask 077; echo secret >/etc/judge-secret; mkdir -p /etc/credstore; echo stored >/etc/credstore/stored");
			const output = await startedBySystemd("judge");
			[expected, expectedSteps] = [reportIn(output), stepsIn(output)];
			expect(expected).toContain("end");
			expect(expectedSteps.map((line) => line.split(" ")[0])).toEqual(["after", "before", "reload", "stop"]);
		});

		test("finds the same in each start of the sandbox and in the trial, although it has run here", async () => {
			await system.must("systemctl start judge && systemctl kill --signal=KILL judge");
			const words = `--probe '${judgeProbe}' --allow proc --allow unix-sockets --no-selftest --yes --replace --quiet --events`;
			const { stderr } = await system.run(`cagewright make judge.service ${words}`);
			const output = describedEvents(stderr)
				.flatMap(({ event, text }) => (event === "output-received" ? [text] : []))
				.join("");
			expect(stderr.split("\n").filter((line) => line.startsWith("cagewright:"))).toEqual([]);
			const starts = output.split("REPORT argv").slice(1);
			expect(starts).toHaveLength(3);
			for (const start of starts) expect(reportIn(`REPORT argv${start}`)).toEqual(expected);
			expect(stepsIn(output)).toEqual(expectedSteps);
		});

		test("finds the same under run, also at a second start", async () => {
			const start = "cagewright run judge >/run/report 2>&1 & pid=$!";
			const visible = `{ ${whereSecretIsVisible}; } >/run/visible`;
			const stop = "kill $pid; wait $pid; cat /run/report";
			for (const _ of [1, 2]) {
				const line = `${start}; until ${judgeProbe} 2>/dev/null && grep -q 'STEP after' /run/report; do kill -0 $pid || break; sleep 0.2; done; ${visible}; ${stop}`;
				const { stdout } = await system.run(line);
				expect(await system.query("cat /run/visible")).toBe("");
				expect(reportIn(stdout)).toEqual(expected);
				expect(stepsIn(stdout)).toEqual(expectedSteps.filter((one) => !one.startsWith("reload")));
			}
		});

		test.each(
			some(1, [
				["judge", "cagewright unit judge --dropin judge"],
				["cage-judge", "cagewright unit judge"],
			]),
		)("finds the same in the service %s of its cage, also at a second start", async (service, command) => {
			await system.must(`${command} --install`);
			for (const _ of [1, 2]) {
				const output = await startedBySystemd(service);
				expect(reportIn(output)).toEqual(expected);
				expect(stepsIn(output)).toEqual(expectedSteps);
			}
			await system.must(`${command} --uninstall`);
		});
	},
);

test("a start without a file of a credential fails with its name", async () => {
	await system.must("rm /etc/judge-secret");
	const { status, stderr } = await system.run("cagewright run judge");
	expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringContaining("file needs the file /etc/judge-secret") });
});
